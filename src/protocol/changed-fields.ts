/** Some of the fields of `Whole`; one that is undefined is as good as absent. */
export type FieldsOf<Whole> = { readonly [Name in keyof Whole]?: Whole[Name] | undefined }

/** `before` with those of its fields that are given anew; what it has no field for is left out. */
export function changedFields<Whole extends object>(before: Whole, fields: FieldsOf<Whole>): Whole {
  const known = Object.entries(fields).filter(([name, value]) => value !== undefined && name in before)
  return { ...before, ...Object.fromEntries(known) }
}
