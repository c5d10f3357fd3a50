import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lacksForCuda, machine } from './cuda.js'

const really = { ...machine }
let libraries: string[]
let files: string[]
beforeEach(() => {
  libraries = []
  files = []
  Object.assign(machine, {
    platform: 'linux',
    loads: (name: string) => libraries.includes(name),
    exists: (name: string) => files.includes(name),
    driver: () => '',
  })
})
afterEach(() => {
  Object.assign(machine, really)
  vi.unstubAllEnvs()
})

const pieces = (tensorflow = '2.9.1') => lacksForCuda('/package', tensorflow).map(({ piece }) => piece)
const beside = (...names: string[]) => names.map(name => `/package/deps/lib/${name}`)
const cuda12 = [
  'cudart.so.12',
  'cublas.so.12',
  'cublasLt.so.12',
  'cufft.so.11',
  'curand.so.10',
  'cusolver.so.11',
  'cusparse.so.12',
  'cupti.so.12',
]

it('names every missing piece of the CUDA that a TensorFlow was built with, and how it comes', () => {
  expect(pieces()).toEqual(["NVIDIA's driver", 'CUDA 11', 'cuDNN 8'])
  expect(pieces('2.18.1')).toEqual(["NVIDIA's driver", 'CUDA 12', 'cuDNN 9'])
  const [driver, cuda, cudnn] = lacksForCuda('/package', '2.9.1').map(({ fix }) => fix)
  expect(driver).toContain('libcuda.so.1 is not found: install the driver')
  expect(cuda).toMatch(/^libcudart\.so\.11\.0, .* are not found: npx onecycle native install gpu brings them\.$/)
  expect(cudnn).toBe('libcudnn.so.8 is not found: npx onecycle native install gpu brings it.')
})

it('finds libraries beside TensorFlow and where the system looks for them', () => {
  libraries = ['libcuda.so.1', 'libcudnn.so.9']
  files = ['/dev/nvidiactl', ...beside(...cuda12.slice(1).map(name => `lib${name}`))]
  expect(lacksForCuda('/package', '2.18.1')).toEqual([
    { piece: 'CUDA 12', fix: 'libcudart.so.12 is not found: npx onecycle native install gpu brings it.' },
  ])
})

it('tells a driver without a GPU, one that is too old, and a GPU that is hidden', () => {
  libraries = ['libcuda.so.1', ...cuda12.map(name => `lib${name}`), 'libcudnn.so.9']
  expect(pieces('2.18.1')).toEqual(['an NVIDIA GPU'])
  files = ['/dev/nvidiactl']
  machine.driver = () => 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82.01  Wed Oct 27'
  expect(lacksForCuda('', '2.18.1')).toEqual([
    { piece: 'a newer driver', fix: "CUDA 12 wants NVIDIA's driver 525 or newer, and this is 470." },
  ])
  machine.driver = () => 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  565.57.01  Release Build'
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '')
  expect(pieces('2.18.1')).toEqual(['a visible device'])
  vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined)
  expect(pieces('2.18.1')).toEqual(['a device that TensorFlow takes'])
})

it('asks the real loader', () => {
  expect(really.loads('libonecycle-none.so.1')).toBe(false)
})
