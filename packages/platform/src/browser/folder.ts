import { plainError } from '../errors.js'

const none = 'there are folders in Node, Deno and Bun alone. In a page use learn.save(address) and learn.load(address)'

/** Names of what lies in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  throw plainError('no-folders', `Cannot look into ${folder}: ${none}.`)
}

/** Paths of the files in a folder, and in those within it. */
export async function filesIn(folder: string): Promise<string[]> {
  throw plainError('no-folders', `Cannot look into ${folder}: there are folders in Node, Deno and Bun alone.`)
}

/** Removes a file, if it is there. */
export async function removeFile(path: string): Promise<void> {
  throw plainError('no-folders', `Cannot remove ${path}: ${none}.`)
}

/** Removes the temporary files, of files whose names begin so, that processes left which ended amid writing. */
export async function removeUnfinished(folder: string, _begin: string): Promise<void> {
  throw plainError('no-folders', `Cannot look into ${folder}: ${none}.`)
}
