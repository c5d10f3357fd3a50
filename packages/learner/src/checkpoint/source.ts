import { checkAddress, type FileSource, nameOf, show, typeError } from '@onecycle/platform'

const extension = '.safetensors'

/**
 * The address of a checkpoint in full, with the extension.
 *
 * @throws TypeError for one without a file name; Error for one that cannot be written here.
 */
export function addressToSave(address: string): string {
  if (typeof address !== 'string') throw noFile(address)
  const file = sourceToLoad(address) as string
  checkAddress(file, 'write')
  return nameOf(file)
}

/**
 * What a checkpoint is read from, with the extension where it is a name: what is asked of a server is for it to understand.
 *
 * @throws TypeError for an address without a file name.
 */
export function sourceToLoad(source: FileSource): FileSource {
  if (typeof source !== 'string' || /^(https?|blob|data):/i.test(source)) return source
  if (/(^|[\\/])(\.safetensors)?$/.test(source)) throw noFile(source)
  return source.endsWith(extension) ? source : source + extension
}

function noFile(given: unknown): TypeError {
  return typeError('file-name', `${show(given)} names no file for a checkpoint: give a path such as 'runs/best'.`)
}
