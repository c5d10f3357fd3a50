import { plainError } from '@onecycle/platform'

/** @throws Error always */
export async function listFiles(folder: string): Promise<string[]> {
  throw plainError(
    'no-folders',
    `Cannot look into ${folder}: a page has no folders. Let a person choose one, <input type="file" webkitdirectory>, and give its files.`,
  )
}
