import { rangeError, show, typeError } from '@onecycle/platform'
import { listFiles } from '#data/list-files.js'

/** Endings of the names of pictures. */
const pictures = /\.(png|jpe?g|jfif|webp|gif|tiff?|avif|bmp)$/i

/**
 * The pictures in a folder and the folders in it, by the endings of their names, in order. A page gives the Files that a person chose in place of a folder.
 *
 * Source: fastai's `get_image_files`.
 *
 * @throws Error when there is no such folder, RangeError when there are no pictures in it
 *
 * @example
 * const paths = await get_image_files('pets')
 */
export async function get_image_files(files: readonly File[]): Promise<File[]>
export async function get_image_files(folder: string | URL): Promise<string[]>
export async function get_image_files(folder: string | URL | readonly File[]): Promise<string[] | File[]> {
  if (Array.isArray(folder)) {
    if (!folder.every(file => file instanceof Blob && 'name' in file))
      throw typeError('wrong-argument', `get_image_files takes Files, but got ${show(folder)}.`)
    return required((folder as File[]).filter(file => pictures.test(file.name)).sort(byPath), 'the Files', folder.length)
  }
  if (typeof folder !== 'string' && !(folder instanceof URL))
    throw typeError('wrong-argument', `get_image_files takes the path of a folder, but got ${show(folder)}.`)
  const path = pathOf(folder)
  const files = await listFiles(path)
  return required(
    files.filter(file => pictures.test(file)),
    path,
    files.length,
  )
}

/** A folder as the files in it are listed. */
export function pathOf(folder: string | URL): string {
  return folder instanceof URL ? decodeURIComponent(folder.pathname) : folder
}

/** As a folder is listed in Node: browsers have orders of their own. */
function byPath(one: File, other: File): number {
  const [ours, theirs] = [one, other].map(({ webkitRelativePath, name }) => (webkitRelativePath || name).split('/'))
  const at = ours!.findIndex((folder, i) => folder !== theirs![i])
  return at === -1 ? 0 : ours![at]! < (theirs![at] ?? '') ? -1 : 1
}

function required<File>(found: File[], where: string, all: number): File[] {
  if (found.length > 0) return found
  throw rangeError(
    'no-files',
    `There are no pictures in ${where}${all > 0 ? `: none of its ${all} files ends in .png, .jpg, .webp or the like` : ', which is empty'}.`,
  )
}
