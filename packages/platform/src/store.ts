/** Where content lies under names: what one scheme of addresses stands for, or paths. */
export interface Store {
  /** Why it is not to be had: a browser or a worker may be without it. Undefined where it is there. */
  missing?(): string | undefined
  /** Answers what lies under a name, or says why nothing can be read. Throws {@link notThere}. */
  readonly read: ((name: string, address: string) => Promise<Uint8Array<ArrayBuffer>>) | string
  /** Puts content under a name, whole or not at all; or says why that cannot be. */
  readonly write: ((name: string, content: string | Uint8Array, address: string) => Promise<void>) | string
}

/** What a store throws that has nothing under a name: an error like that of a file system. */
export function notThere(message = 'nothing is kept under this name'): Error {
  return Object.assign(new Error(message), { code: 'ENOENT' })
}
