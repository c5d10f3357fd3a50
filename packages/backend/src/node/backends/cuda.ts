import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lack } from '../../candidate.js'

/** What TensorFlow opens by name when it looks for a GPU. */
const libraries = {
  11: [
    ...['libcudart.so.11.0', 'libcublas.so.11', 'libcublasLt.so.11', 'libcufft.so.10', 'libcurand.so.10', 'libcusolver.so.11'],
    ...['libcusparse.so.11', 'libcudnn.so.8'],
  ],
  12: [
    ...['libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcufft.so.11', 'libcurand.so.10', 'libcusolver.so.11'],
    ...['libcusparse.so.12', 'libcudnn.so.9', 'libcupti.so.12'],
  ],
} as const
/** The oldest driver for each. */
const drivers = { 11: 450, 12: 525 } as const

/** What is asked of a machine; replaced in tests. */
export const machine = {
  platform: process.platform as string,
  /** Whether the system's loader finds a library by its name. */
  loads(library: string): boolean {
    try {
      process.dlopen({ exports: {} }, library)
    } catch (error) {
      // What is found is no addon of Node's, which is another complaint.
      return !/cannot open shared object|No such file/.test(String(error))
    }
    return true
  },
  exists: existsSync,
  /** What the driver says of itself: 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05 …' */
  driver(): string {
    try {
      return readFileSync('/proc/driver/nvidia/version', 'utf8')
    } catch {
      return ''
    }
  },
}

/**
 * What stands between TensorFlow and a GPU, and what to do about it; never empty.
 *
 * @param directory of the package
 * @param tensorflow its version, as the library says it: '2.9.1'
 */
export function lacksForCuda(directory: string, tensorflow: string): Lack[] {
  if (machine.platform !== 'linux')
    return [{ piece: 'Linux', fix: 'CUDA is there on Linux alone (on Windows in its Linux subsystem).' }]
  const [, minor = 0] = tensorflow.split('.').map(Number)
  const cuda = minor < 14 ? 11 : 12
  const missing = libraries[cuda].filter(
    library => !machine.exists(join(directory, 'deps', 'lib', library)) && !machine.loads(library),
  )
  const found = [
    driverLack(cuda),
    libraryLack(
      `CUDA ${cuda}`,
      missing.filter(name => !name.includes('cudnn')),
    ),
    libraryLack(
      `cuDNN ${cuda === 11 ? 8 : 9}`,
      missing.filter(name => name.includes('cudnn')),
    ),
  ].filter(lack => lack !== undefined)
  if (found.length > 0) return found
  const hidden = process.env['CUDA_VISIBLE_DEVICES']
  return [
    hidden === undefined
      ? { piece: 'a device that TensorFlow takes', fix: 'nvidia-smi has to list one of compute capability 3.5 or newer.' }
      : { piece: 'a visible device', fix: `CUDA_VISIBLE_DEVICES is '${hidden}': unset it, or let it name one of nvidia-smi's.` },
  ]
}

function libraryLack(piece: string, libraries: readonly string[]): Lack | undefined {
  if (libraries.length === 0) return undefined
  const files = `${libraries.join(', ')} ${libraries.length > 1 ? 'are' : 'is'} not found`
  return { piece, fix: `${files}: npx onecycle native install gpu brings ${libraries.length > 1 ? 'them' : 'it'}.` }
}

function driverLack(cuda: 11 | 12): Lack | undefined {
  const container = 'a container is started with it (docker run --gpus all).'
  if (!machine.loads('libcuda.so.1'))
    return { piece: "NVIDIA's driver", fix: `libcuda.so.1 is not found: install the driver of this GPU; ${container}` }
  // The second is how the Linux of Windows has it.
  if (!machine.exists('/dev/nvidiactl') && !machine.exists('/dev/dxg'))
    return { piece: 'an NVIDIA GPU', fix: `/dev/nvidiactl is not there: nvidia-smi has to list a GPU; ${container}` }
  const [, version] = /Kernel Module\s+(?:for \w+\s+)?(\d+)\./.exec(machine.driver()) ?? []
  if (version && Number(version) < drivers[cuda])
    return {
      piece: 'a newer driver',
      fix: `CUDA ${cuda} wants NVIDIA's driver ${drivers[cuda]} or newer, and this is ${version}.`,
    }
  return undefined
}
