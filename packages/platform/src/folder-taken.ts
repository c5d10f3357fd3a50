import { plainError } from './errors.js'

/** What {@link lockFolder} throws where somebody else writes the folder: by its code it is told from what keeps a folder from being written. */
export function folderTaken(folder: string, holder: string, otherwise = ''): Error {
  const message =
    `${folder} is being written by ${holder}. Two runs in one folder would remove each other's files: end that one, or give this one a ` +
    `folder of its own.${otherwise}`
  return plainError('ELOCKED', message)
}
