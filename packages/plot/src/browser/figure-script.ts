/** A page has no files of this package to put into another one: its drawings stand still. */
export async function figureScript(): Promise<string> {
  return ''
}
