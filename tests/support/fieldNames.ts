/** Names of all fields in a JSON value, those within fields and lists included. */
export function fieldNames(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => [...(Array.isArray(value) ? [] : [name]), ...fieldNames(inner)]);
}
