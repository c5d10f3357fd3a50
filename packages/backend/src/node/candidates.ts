import type { Candidate } from '../candidate.js'
import { cpu, wasm } from '../embedded.js'
import { node, nodeGpu } from './backends/native.js'
import { webgpu } from './backends/webgpu.js'

/**
 * The backends that there are here, best first.
 *
 * @example
 * console.log(backendNames.join(', '))   // node-gpu, webgpu, node, wasm, cpu
 */
export const backendNames = ['node-gpu', 'webgpu', 'node', 'wasm', 'cpu'] as const

/** Every backend, best first; a trial says whether node comes before wasm. */
export const candidates: readonly Candidate[] = [nodeGpu, webgpu, node, wasm, cpu]
