/** Classes with private state, getters, inheritance and iteration. */

abstract class Shape {
  readonly #name: string;
  constructor(name: string) {
    this.#name = name;
  }
  get name(): string {
    return this.#name;
  }
  abstract get area(): number;
  get label(): string {
    return `${this.name}: ${this.area}`;
  }
}

class Rectangle extends Shape {
  readonly width: number;
  readonly height: number;
  constructor(width: number, height: number) {
    super('rectangle');
    this.width = width;
    this.height = height;
  }
  get area(): number {
    return this.width * this.height;
  }
}

class Recent<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #most: number;
  constructor(most: number) {
    this.#most = most;
  }
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }
  set(key: K, value: V): void {
    this.#entries.set(key, value);
    if (this.#entries.size > this.#most) this.#entries.delete(this.#entries.keys().next().value as K);
  }
  *[Symbol.iterator](): Generator<V> {
    for (const value of this.#entries.values()) yield value;
  }
}

export default () => {
  const recent = new Recent<number, Shape>(30);
  let hits = 0;
  for (let n = 0; n < 300; n++) {
    const key = (n * 7) % 45;
    if (recent.get(key) !== undefined) hits++;
    else recent.set(key, new Rectangle(key, n % 9));
  }
  let area = 0;
  const labels: string[] = [];
  for (const shape of recent) {
    area += shape.area;
    labels.push(shape.label);
  }
  return [hits, area, labels.length];
};
