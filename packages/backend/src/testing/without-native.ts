import type * as packages from '../node/backends/find-package.js'

/** The module that finds packages, to which this checkout has none of the native ones: a test is to say the same where they are installed. */
export function withoutNative(found: typeof packages): typeof packages {
  const hidden = /[/\\]@tensorflow[/\\]tfjs-node(-gpu)?$/
  return {
    ...found,
    findPackage(name) {
      const installed = found.findPackage(name)
      return installed && hidden.test(installed.directory) && installed.directory.startsWith(process.cwd())
        ? undefined
        : installed
    },
  }
}
