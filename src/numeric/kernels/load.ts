/**
 * What a compiled kernel exports, its memory among it; undefined where the engine has no WebAssembly, no SIMD, or a
 * page's policy forbids it. Modules are small enough to be compiled at once, in a browser's main thread too.
 *
 * @param module base64, of `compiled.ts`
 */
export function loadKernel<Kernel>(module: string): Kernel | undefined {
  const bytes = Uint8Array.from(atob(module), (letter) => letter.charCodeAt(0));
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Kernel;
  } catch {
    return undefined;
  }
}
