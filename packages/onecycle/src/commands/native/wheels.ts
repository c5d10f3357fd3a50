import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { plainError } from '@onecycle/platform'
import type { Wheel } from './releases.js'
import { type CommandOptions, command, inFolder } from './work.js'

/** The checksum of a file, in hexadecimal digits. */
export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/**
 * A wheel in a folder: fetched by the user's pip, from wherever that is told to, unless it is there. It need not be for the Python that
 * fetches it: nothing of it is run by one.
 *
 * @throws Error where it cannot be had, or is another file than it should be
 */
export async function fetchWheel(wheel: Wheel, folder: string, python: string, options: CommandOptions): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const kept = join(folder, `${wheel.sha256}.whl`)
  if (existsSync(kept) && (await sha256Of(kept)) === wheel.sha256) return kept
  await inFolder(folder, async unfinished => {
    const list = join(unfinished, 'requirements.txt')
    writeFileSync(list, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`)
    const platforms = ['manylinux1_x86_64', 'manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'manylinux_2_27_x86_64']
    const target = ['--python-version=310', '--implementation=cp', '--abi=cp310', '--abi=none']
    await command(
      python,
      [
        ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-input', '--no-deps', '--only-binary=:all:'],
        ...[...target, ...platforms.map(platform => `--platform=${platform}`)],
        ...['--require-hashes', '--dest', unfinished, '-r', list],
      ],
      // Where Python looks for modules first: a pip.py in the project is not the user's pip.
      { ...options, cwd: unfinished },
    )
    const [file] = readdirSync(unfinished).filter(name => name.endsWith('.whl'))
    if (!file) throw plainError('native-build', `pip found no file for ${wheel.requirement}.`)
    const found = await sha256Of(join(unfinished, file))
    if (found !== wheel.sha256)
      throw plainError('native-checksum', `${file} has the checksum ${found}, and should have ${wheel.sha256}.`)
    renameSync(join(unfinished, file), kept)
  })
  return kept
}

const unpacker = `
import json, os, re, shutil, sys, zipfile
file, folder, rules = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
with zipfile.ZipFile(file) as wheel:
    for name in wheel.namelist():
        for pattern, to in rules:
            match = re.fullmatch(pattern, name)
            if match and not name.endswith('/'):
                path = os.path.join(folder, match.expand(to))
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with wheel.open(name) as source, open(path, 'wb') as target:
                    shutil.copyfileobj(source, target, 1 << 20)
                break
`

/** Unpacks what of a wheel is wanted, with nothing but Python's own modules: names by regular expressions, and where each goes. */
export async function unpack(
  file: string,
  folder: string,
  rules: readonly (readonly [string, string])[],
  python: string,
  options: CommandOptions,
): Promise<void> {
  await command(python, ['-I', '-c', unpacker, file, folder, JSON.stringify(rules)], { ...options, show: false })
}
