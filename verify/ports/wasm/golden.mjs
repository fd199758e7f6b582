// Calls the casts of a WebAssembly module with the numbers of the tables in tests/data, as tests/slice/golden.rs does natively, and prints
// how many casts there were. Arguments: the module, and whether it must use simd128 (1 or 0).
import { readFileSync } from 'node:fs'

const [path, simd] = process.argv.slice(2)
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)))
if (exports.is_simd128() !== Number(simd)) throw new Error(`simd128: ${exports.is_simd128()}`)

const table = name =>
  readFileSync(new URL(`../../../tests/data/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter(line => line && !line.startsWith('#'))
    .map(line => line.split(','))

const ROOM = 1 << 16
const from = exports.memory.grow(2) * ROOM
const to = from + ROOM

// NaNs of a format of at most 8 bits are those that the table of codes says; the rest have IEEE's.
const codes = new Map(table('codes.csv').map(([name, ...cells]) => [name, cells]))
const isNan = (format, code) => {
  if (format === 'float32') return (code & 0x7fffffff) > 0x7f800000
  if (format === 'float16') return (code & 0x7fff) > 0x7c00
  if (format === 'bfloat16') return (code & 0x7fff) > 0x7f80
  return codes.get(format)[code] === 'nan'
}
const arrayOf = format => (format === 'float32' ? Uint32Array : format.endsWith('float16') ? Uint16Array : Uint8Array)

let casts = 0
const compare = (source, target, inputs, cells) => {
  new (arrayOf(source))(exports.memory.buffer, from, inputs.length).set(inputs)
  const outputs = new (arrayOf(target))(exports.memory.buffer, to, inputs.length)
  outputs.fill(0x5a)
  exports[source === 'float32' ? `to_${target}` : `from_${source}`](from, to, inputs.length)
  cells.forEach((cell, nth) => {
    const nan = isNan(target, outputs[nth])
    const same = cell === 'nan' ? nan : !nan && outputs[nth] === parseInt(cell, 16)
    if (!same) throw new Error(`${inputs[nth].toString(16)} of ${source} to ${target}: ${outputs[nth].toString(16)}, not ${cell}`)
    casts++
  })
}

const [names, ...rows] = table('casts.csv')
names.slice(1).forEach((format, nth) => {
  // What has no NaN gives its largest number, and numpy zero.
  const hasNan = !codes.has(format) || codes.get(format).includes('nan')
  const kept = rows.filter(row => hasNan || !isNan('float32', parseInt(row[0], 16)))
  compare('float32', format, kept.map(row => parseInt(row[0], 16)), kept.map(row => row[nth + 1]))
  if (codes.has(format)) compare(format, 'float32', codes.get(format).map((_, code) => code), codes.get(format))
})
console.log(casts)
