/** The parts of WebAssembly used here: TypeScript declares them for browsers only. */
interface WebAssemblyNamespace {
  readonly Module: {
    new (bytes: Uint8Array): object
    imports(module: object): { readonly module: string; readonly name: string }[]
    exports(module: object): { readonly name: string }[]
  }
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
  readonly Memory: new (descriptor: {
    initial: number
    maximum?: number
    shared?: boolean
  }) => { readonly buffer: ArrayBuffer | SharedArrayBuffer }
}

export const { Module, Instance, Memory } = (globalThis as unknown as { WebAssembly: WebAssemblyNamespace }).WebAssembly
