import type { Store } from '../../store.js'

/** Come with the first file. */
const files = () => import('./opfs-files.js')

/** The file system that the browser keeps for this site. */
export const opfs: Store = {
  missing() {
    if (typeof navigator.storage?.getDirectory !== 'function')
      return 'there is no file system here: it needs https:// or localhost, and a browser that has one'
    const { prototype } = FileSystemFileHandle
    return 'createWritable' in prototype && 'move' in prototype ? undefined : 'this browser cannot write files whole'
  },
  read: async name => (await files()).read(name),
  open: async name => (await files()).open(name),
  write: async (name, content) => (await files()).write(name, content),
}
