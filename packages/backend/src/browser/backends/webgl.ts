import type { KernelBackend } from '@tensorflow/tfjs-core'
import { type Candidate, startRegistered } from '../../candidate.js'

/** WebGL, of a page that has imported TensorFlow.js's package for it. */
export const webgl: Candidate = {
  name: 'webgl',
  tfjsName: 'webgl',
  packages: ['@tensorflow/tfjs-backend-webgl'],
  notes: ['Takes the place of wasm only where that does not start; ask for it by name where the GPU is the faster one.'],
  async start() {
    const backend = (await startRegistered('webgl')) as KernelBackend & {
      readonly gpgpu?: { readonly gl: WebGLRenderingContext }
    }
    const gl = backend.gpgpu?.gl
    const names = gl?.getExtension('WEBGL_debug_renderer_info')
    const renderer = String((gl && names && gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) || 'WebGL')
    return /swiftshader|llvmpipe/i.test(renderer) ? `${renderer}, in software: slower than wasm` : renderer
  },
}
