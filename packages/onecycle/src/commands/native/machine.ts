import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Tools } from './addon.js'
import type { Release } from './releases.js'
import { answers, type CommandOptions, command } from './work.js'

/** What builds an addon here, or why none can be built. */
export async function toolsHere(): Promise<{ tools?: Tools; missing: string[] }> {
  const { platform, arch } = process
  if (platform !== 'linux' || arch !== 'x64')
    return { missing: [`Linux on x64, of which PyPI has TensorFlow's library (this is ${platform} on ${arch})`] }
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  if (!header.glibcVersionRuntime) return { missing: ['glibc, which that library is made for (this system has another libc)'] }
  const [python, pip, compiler, readelf] = await Promise.all([
    firstOf(['python3', 'python']),
    // Python looks for modules in the working directory first, and nobody has agreed to anything yet: what lies here is not run. Who can write to
    // that folder has put in the Node that runs this.
    firstOf(['python3', 'python'], ['-m', 'pip', '--version'], { cwd: dirname(process.execPath) }),
    firstOf([process.env['CXX'] ?? '', 'g++', 'c++', 'clang++']),
    firstOf(['readelf']),
  ])
  const missing = [
    !python && 'Python 3 (python3), which fetches and unpacks',
    python && !pip && 'pip (python3 -m pip)',
    !compiler && 'a C++ compiler (g++)',
    !readelf && 'readelf, of binutils',
  ].filter(each => typeof each === 'string')
  return pip && compiler && readelf ? { tools: { python: pip, compiler }, missing } : { missing }
}

async function firstOf(
  names: readonly string[],
  args?: readonly string[],
  options?: CommandOptions,
): Promise<string | undefined> {
  for (const name of names) if (name && (await answers(name, args, options))) return name
  return undefined
}

/** MiB that are free where a folder is, or will be. */
export async function freeMiB(folder: string): Promise<number> {
  if (!existsSync(folder)) return freeMiB(dirname(folder))
  const { bavail, bsize } = await statfs(folder)
  return Math.floor((bavail * bsize) / 2 ** 20)
}

/** The release that suits the driver that is here: the newest, unless that wants a newer one. */
export async function releaseForDriver(releases: readonly Release[]): Promise<{ release: Release; because?: string }> {
  const driver = await command('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader']).catch(() => '')
  const major = Number.parseInt(driver, 10)
  const fits = releases.filter(({ needs }) => !Number.isFinite(major) || major >= needs.driver)
  const release = fits.at(-1) ?? releases[0]!
  const newest = releases.at(-1)!
  return release === newest
    ? { release }
    : { release, because: `NVIDIA's driver ${driver.trim()} is too old for CUDA ${newest.needs.cuda}` }
}
