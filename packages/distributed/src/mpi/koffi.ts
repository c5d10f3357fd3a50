import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { plainError } from '@onecycle/platform'

/** Calls functions of C. It throws where `library` has no function of that name, or an argument is of another type. */
export type Bind = (name: string, args: readonly ('int' | 'int64' | 'void *')[]) => (...values: Argument[]) => number

/** A typed array passes as the address of its first element, without a copy. */
export type Argument = number | bigint | NodeJS.TypedArray

/** A library of C. */
export interface Library {
  bind: Bind
  /** The address of a variable; undefined where there is none of that name. */
  addressOf(name: string): bigint | undefined
}

/** Opens libraries of C. */
export type Open = (file: string | null) => Library

/**
 * The package koffi: from beside this one, or from the program that was started, which pnpm may keep elsewhere.
 *
 * @param global whether parts that a library loads as it needs them find its symbols, as engines want it; then only one is to be opened
 * @throws Error that says how to install it
 */
export async function loadKoffi({ global }: { global: boolean }): Promise<Open> {
  const { load } = await import('koffi').then(
    module => module.default,
    error => fromProgram(error),
  )
  return file => {
    const library = load(file, { global })
    return {
      bind: (name, args) => library.func(name, 'int', [...args]),
      addressOf(name) {
        try {
          return BigInt(library.symbol(name))
        } catch {
          return undefined
        }
      },
    }
  }
}

function fromProgram(cause: unknown): typeof import('koffi') {
  try {
    return createRequire(pathToFileURL(process.argv[1] ?? '/'))('koffi')
  } catch {
    throw plainError('package-missing', 'MPI is called by the package koffi, which could not be loaded: npm install koffi', {
      cause,
    })
  }
}
