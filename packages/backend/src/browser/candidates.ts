import type { Candidate } from '../candidate.js'
import { cpu, wasm } from '../embedded.js'
import { webgl } from './backends/webgl.js'
import { webgpu } from './backends/webgpu.js'

/** The backends that there are here, best first. */
export const backendNames = ['webgpu', 'wasm', 'webgl', 'cpu'] as const

/** Every backend, best first. */
export const candidates: readonly Candidate[] = [webgpu, wasm, webgl, cpu]
