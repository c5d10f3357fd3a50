import type { Candidate } from '../candidate.js'
import { cpu, wasm } from '../embedded.js'
import { node, nodeGpu } from './backends/native.js'
import { webgpu } from './backends/webgpu.js'

/** The backends that there are here, best first. */
export const backendNames = ['node-gpu', 'node', 'webgpu', 'wasm', 'cpu'] as const

/** Every backend, best first. */
export const candidates: readonly Candidate[] = [nodeGpu, node, webgpu, wasm, cpu]
