import { version_core } from '@tensorflow/tfjs-core'
import type { Absence, Candidate } from '../candidate.js'
import { findPackage } from './backends/find-package.js'

/** What has to be there before a backend can start, and is not; undefined when all is. */
export function absence({ packages, embedded }: Candidate): Absence | undefined {
  if (embedded) return undefined
  const missing = packages.filter(name => !findPackage(name))
  if (missing.length === 0) return undefined
  const versions = missing.map(name => (name.startsWith('@tensorflow/') ? `${name}@4.22.0` : name))
  return { reason: 'not installed', instruction: 'Run', remedy: `npm install ${versions.join(' ')}` }
}

/** The version of a backend's package; undefined when nobody can tell. */
export function versionOf({ packages, embedded }: Candidate): string | undefined {
  return embedded ? version_core : findPackage(packages[0]!)?.version
}

/** Versions of the TensorFlow.js packages found, by name. */
export function tfjsVersions(): Record<string, string> {
  const names = ['core', 'layers', 'backend-cpu', 'backend-wasm', 'backend-webgpu', 'node', 'node-gpu']
  const found = names.map(name => findPackage(`@tensorflow/tfjs-${name}`)).filter(each => each !== undefined)
  return Object.fromEntries(found.map(({ name, version }) => [name, version]))
}
