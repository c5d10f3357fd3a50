import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { projectFolder } from '../project.js'

/**
 * From where optional packages are looked for: from this library, which has no address of its own in a bundle of CommonJS; from the file
 * that was started (pnpm and `npm link` keep libraries elsewhere); and from the project that the command line was called in. Never from the
 * working directory by itself: whoever can write there would have their code run by a program that lies elsewhere (CWE-427).
 */
export function packageRoots(): string[] {
  const project = projectFolder()
  const manifest = project && pathToFileURL(join(project, 'package.json')).href
  return [import.meta.url, startedFile(), manifest].filter(root => typeof root === 'string' && root !== '') as string[]
}

/** The file that Node was started with; undefined for a program that was typed, whose first argument stands in that place. */
function startedFile(): string | undefined {
  const [, file] = process.argv
  const typed = process.execArgv.some(option => /^(-\w*[epi]|--eval|--print|--interactive)(=|$)/.test(option))
  // In an application of Electron it may be a document that is to be opened.
  if (!file || !isAbsolute(file) || typed || 'electron' in process.versions) return undefined
  try {
    // Where a link to it leads, as those of commands do.
    return pathToFileURL(createRequire(file).resolve(file)).href
  } catch {
    return undefined
  }
}
