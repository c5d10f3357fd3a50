import { folderTaken } from '../folder-taken.js'

/**
 * Takes a folder for one writer of the site, by a Web Lock, which ends with the page; where there are none nothing is taken.
 *
 * @returns what lets it go
 * @throws Error with the code 'ELOCKED' where another one holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  if (!navigator.locks) return async () => {}
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null): Promise<void> | undefined => {
      if (lock) return new Promise(free => resolve(async () => free()))
      reject(folderTaken(folder, 'this page, or another page or worker of its site'))
      return undefined
    }
    navigator.locks.request(`onecycle folder ${folder}`, { ifAvailable: true }, hold).catch(reject)
  })
}
