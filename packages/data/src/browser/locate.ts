import { plainError } from '@onecycle/platform'

/** @throws Error always: a page has no packages, and is told what to give. */
export function packageFolder(name: string, folder: string): string {
  throw plainError(
    'node-only',
    `A page has no npm packages to read from. Serve what ${name} has in ${folder}, and give its address: folder: '/${name}', for example.`,
  )
}
