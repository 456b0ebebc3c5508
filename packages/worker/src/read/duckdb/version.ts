import { startEngine } from './engine.ts';

/** Starts DuckDB and asks for its version, such as `v1.5.6`: proof that it runs here. */
export async function duckDbVersion(): Promise<string> {
  const engine = await startEngine({});
  try {
    const connection = await engine.connect();
    const reader = await connection.runAndReadAll('SELECT version() AS version');
    connection.closeSync();
    return String(reader.getRows()[0]?.[0]);
  } finally {
    engine.close();
  }
}
