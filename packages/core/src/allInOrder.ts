/**
 * The results of what runs at the same time, in the order given, as `Promise.all` gives them; but where several fail,
 * the first in that order is thrown, not the first to fail, and none runs any more by then.
 */
export async function allInOrder<T>(running: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(running);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
