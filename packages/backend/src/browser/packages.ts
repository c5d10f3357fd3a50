import { findBackendFactory, getKernelsForBackend, version_core } from '@tensorflow/tfjs-core'
import type { Absence, Candidate } from '../candidate.js'

/** What the program has to import before a backend can start, and has not; undefined when it has. */
export function absence({ tfjsName, packages, embedded }: Candidate): Absence | undefined {
  if (embedded || isImported(tfjsName)) return undefined
  return { reason: 'not imported', instruction: 'Install it and add to the program', remedy: `import '${packages[0]}'` }
}

/** A package of TensorFlow.js registers its kernels when it is imported, also where its backend cannot run. */
function isImported(tfjsName: string): boolean {
  return findBackendFactory(tfjsName) !== null || getKernelsForBackend(tfjsName).length > 0
}

/** The version of a backend's package; undefined when nobody can tell. */
export function versionOf({ tfjsName, embedded }: Candidate): string | undefined {
  // They ask for a tfjs-core of their own version, and no other.
  return embedded || isImported(tfjsName) ? version_core : undefined
}

/** Versions of the TensorFlow.js packages found, by name. */
export function tfjsVersions(): Record<string, string> {
  return { '@tensorflow/tfjs-core': version_core }
}
