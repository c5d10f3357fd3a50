import { plainError } from '@onecycle/platform'

/** A page has no folders. */
export class ItemFolder {
  static readonly name: string = 'ItemFolder'

  constructor(path: string, _bytes: number, _among: number) {
    throw plainError(
      'no-folders',
      `The dir of cache is ${path}, but there are folders in Node, Deno and Bun alone: in a page give bytes of memory.`,
    )
  }

  async open(): Promise<void> {}

  async get(_key: string): Promise<unknown> {
    return undefined
  }

  async set(_key: string, _value: unknown): Promise<void> {}
}

export async function stampOf(_path: string | URL): Promise<string | undefined> {
  return undefined
}
