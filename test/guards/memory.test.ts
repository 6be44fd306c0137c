import assert from 'node:assert/strict';
import { cappedMemory, initialPages, MemoryGrowth, wasmPageBytes } from '../../guards/memory.ts';

const mib = 1_048_576;

describe('MemoryGrowth', () => {
  it('request(bytes) grows with something to spare', () => {
    const memory = cappedMemory(64);
    assert.equal(new MemoryGrowth(memory, 64).request(17 * mib), true);
    assert.ok(memory.buffer.byteLength >= 17 * mib);
    assert.ok(memory.buffer.byteLength <= 20 * mib);
  });

  it('request(bytes) grows up to the cap, and is refused above it', () => {
    const memory = cappedMemory(32);
    const growth = new MemoryGrowth(memory, 32);
    assert.equal(growth.request(32 * mib), true);
    assert.equal(memory.buffer.byteLength, 32 * mib);
    assert.equal(growth.refused, false);
    assert.equal(growth.request(32 * mib + 1), false);
    assert.equal(growth.refused, true);
    assert.equal(memory.buffer.byteLength, 32 * mib);
  });

  it('cappedMemory(memoryMb) gives the engine at least what it starts with', () => {
    assert.equal(cappedMemory(0).buffer.byteLength, initialPages * wasmPageBytes);
  });
});
