/**
 * The fixed reduction tree. Floating-point addition is not associative, so the
 * order of merges is part of the result: node (level l, index k) covers leaves
 * [k 2^l, (k+1) 2^l), and is the merge of its two children; where the right
 * child is missing, the left one passes up unchanged. Any number of workers
 * doing any aligned subtrees in any order makes the same additions.
 */

export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** Leaves [first, last) under a node. */
export function leavesUnder(node: TreeNode, leaves: number): { first: number; last: number } {
  const width = 2 ** node.level;
  return { first: node.index * width, last: Math.min((node.index + 1) * width, leaves) };
}

/** The subtrees of one level, in order: how work is handed out. */
export function chunks(leaves: number, level: number): TreeNode[] {
  const count = Math.ceil(leaves / 2 ** level);
  return Array.from({ length: count }, (_, index) => ({ level, index }));
}

/** The level whose subtrees number at least `wanted`, or 0 where there are not so many leaves. */
export function chunkLevel(leaves: number, wanted: number): number {
  let level = 0;
  while (leaves / 2 ** (level + 1) >= wanted) level++;
  return level;
}

/** Level of the root of a tree with so many leaves. */
export function rootLevel(leaves: number): number {
  let level = 0;
  while (2 ** level < leaves) level++;
  return level;
}

/**
 * Merges values that arrive in any order. `merge(left, right)` is called as
 * soon as both children of a node are there, and may be asynchronous;
 * `root` resolves when the whole tree has been merged.
 */
export class TreeReducer<Value> {
  readonly root: Promise<Value>;
  readonly #leaves: number;
  readonly #rootLevel: number;
  readonly #merge: (left: Value, right: Value) => Value | Promise<Value>;
  readonly #waiting = new Map<string, Value>();
  #resolve!: (value: Value) => void;
  #reject!: (reason: unknown) => void;

  constructor(leaves: number, merge: (left: Value, right: Value) => Value | Promise<Value>) {
    this.#leaves = leaves;
    this.#rootLevel = rootLevel(leaves);
    this.#merge = merge;
    this.root = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Takes the finished value of a node; each node is given once. @throws RangeError for a node that is none of the tree */
  add(node: TreeNode, value: Value): void {
    let { level, index } = node;
    if (level > this.#rootLevel || index * 2 ** level >= this.#leaves) throw new RangeError(`Part ${index} of level ${level} is none of a tree of ${this.#leaves} leaves.`);
    for (;;) {
      if (level === this.#rootLevel) {
        this.#resolve(value);
        return;
      }
      const sibling = index ^ 1;
      if (sibling * 2 ** level >= this.#leaves) {
        level++;
        index >>= 1;
        continue;
      }
      const key = `${level}:${sibling}`;
      const other = this.#waiting.get(key);
      if (other === undefined) {
        this.#waiting.set(`${level}:${index}`, value);
        return;
      }
      this.#waiting.delete(key);
      const [left, right] = index < sibling ? [value, other] : [other, value];
      const parent = { level: level + 1, index: index >> 1 };
      const merged = this.#merge(left, right);
      if (merged instanceof Promise) {
        merged.then((result) => this.add(parent, result), this.#reject);
        return;
      }
      value = merged;
      level = parent.level;
      index = parent.index;
    }
  }
}

/**
 * Merges the leaves [first, last) of one subtree, given in order, without
 * keeping more than one value a level: the binary counter.
 */
export class SubtreeReducer<Value> {
  readonly #merge: (left: Value, right: Value) => Value;
  readonly #stack: { level: number; value: Value }[] = [];

  constructor(merge: (left: Value, right: Value) => Value) {
    this.#merge = merge;
  }

  add(leaf: Value): void {
    let level = 0;
    let value = leaf;
    for (let top = this.#stack.at(-1); top !== undefined && top.level === level; top = this.#stack.at(-1)) {
      this.#stack.pop();
      value = this.#merge(top.value, value);
      level++;
    }
    this.#stack.push({ level, value });
  }

  /** The subtree's value: what is left merges from the right, a missing right child passing its sibling up. */
  finish(): Value {
    let last = this.#stack.pop();
    if (last === undefined) throw new RangeError('A subtree without leaves has no value.');
    let value = last.value;
    for (last = this.#stack.pop(); last !== undefined; last = this.#stack.pop()) value = this.#merge(last.value, value);
    return value;
  }
}
