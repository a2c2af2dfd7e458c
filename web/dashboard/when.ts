const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const time = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

/** Day and time of the viewer's clock. @param wall milliseconds since 1970 */
export function formatDay(wall: number): string {
  return dayAndTime.format(wall);
}

/** Time of day by the viewer's clock. @param wall milliseconds since 1970 */
export function formatTime(wall: number): string {
  return time.format(wall);
}
