import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as packages from '../node/backends/find-package.js'
import { projectFolder } from '../node/project.js'

/**
 * The module that finds packages, to which this checkout has none of the native ones, but the project that is looked in may: a test is to say the
 * same where they are installed.
 */
export function withoutNative(found: typeof packages): typeof packages {
  const hidden = /[/\\]@tensorflow[/\\]tfjs-node(-gpu)?$/
  const isHidden = ({ directory }: packages.InstalledPackage) => hidden.test(directory) && directory.startsWith(process.cwd())
  const inProject = (name: string): packages.InstalledPackage | undefined => {
    const directory = join(projectFolder() ?? '', 'node_modules', name)
    const manifest = join(directory, 'package.json')
    if (!projectFolder() || !existsSync(manifest)) return undefined
    return { name, version: JSON.parse(readFileSync(manifest, 'utf8')).version, directory }
  }
  return {
    ...found,
    findPackage(name) {
      const installed = found.findPackage(name)
      return installed && isHidden(installed) ? inProject(name) : installed
    },
    async importPackage(name) {
      const installed = found.findPackage(name)
      if (!installed || !isHidden(installed)) return found.importPackage(name)
      const own = inProject(name)
      if (!own) throw new Error(`${name} is not installed`)
      return import(pathToFileURL(join(own.directory, 'index.js')).href)
    },
  }
}
