import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps.mjs'

/**
 * What programs import: each entry of each package by its name, and the source that it is made of. What packages have for each other
 * (`/internal`, and what is below it) is no entry.
 *
 * @returns {{ name: string, package: string, file: string, types: string }[]} a package's own before its other entries, and the umbrella last; files are relative to the repository
 */
export function entries() {
  const packages = readdirSync(join(root, 'packages')).sort((a, b) => Number(a === 'onecycle') - Number(b === 'onecycle'))
  return packages.flatMap(folder => {
    const { name, exports } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
    return Object.entries(exports).flatMap(([path, { types }]) =>
      path.includes('/internal')
        ? []
        : [
            {
              name: name + path.slice(1),
              package: folder,
              types: `packages/${folder}/${types.slice(2)}`,
              file: `packages/${folder}/${types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts')}`,
            },
          ],
    )
  })
}
