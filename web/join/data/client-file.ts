/** A file that somebody chose or dropped on the page. */
export interface ClientFile {
  /** With the folders that it came in: "digits/7/a.png". */
  readonly path: string;
  readonly file: File;
}
