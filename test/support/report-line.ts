/** Prints the report of a long run as one line of JSON, its names in snake_case, and what went wrong before it. */
export function printReport(report: object, faults: readonly string[]): void {
  for (const fault of faults) console.error(fault)
  const entries = Object.entries({ ...report, faults: faults.length })
  console.log(
    JSON.stringify(Object.fromEntries(entries.map(([name, value]) => [snakeCase(name), value as unknown]))),
  )
  if (faults.length > 0) process.exitCode = 1
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
