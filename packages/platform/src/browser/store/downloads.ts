import { blobOf, type Store } from '../../store.js'

/** Long enough for a browser to begin: it says nothing of it. */
const begins = 60_000

/** Files that the person gets, where the browser puts what is downloaded. */
export const downloads: Store = {
  missing: () =>
    typeof document === 'undefined' ? 'a worker cannot download: send the bytes to the page, which can' : undefined,
  read: 'a page cannot read what was downloaded: have the file chosen or dropped, and read the File',
  async write(name, content) {
    const url = URL.createObjectURL(await blobOf(content))
    Object.assign(document.createElement('a'), { href: url, download: name }).click()
    setTimeout(() => URL.revokeObjectURL(url), begins)
  },
}
