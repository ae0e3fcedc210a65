// Holds a server against the official client: node conformance.mjs CONNECTION_STRING [--secured]
// Prints "ok NAME" or "FAILED NAME: why" for each check; exit code 1 if one failed, 64 for wrong usage.
// With --secured the server has the users admin:changeit and ops:changeit, and the connection string names the first.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import {
  ANY, BACKWARDS, END, EventStoreDBClient, FORWARDS, jsonEvent, NO_STREAM, START, STREAM_EXISTS,
  AccessDeniedError, MaxAppendSizeExceededError, StreamDeletedError, StreamNotFoundError, WrongExpectedVersionError,
} from "@eventstore/db-client";

const checkTimeout = 30_000;
const admin = { username: "admin", password: "changeit" };
const ops = { username: "ops", password: "changeit" };

const newStream = () => `npm-${randomUUID()}`;
const event = (n) => jsonEvent({ id: randomUUID(), type: "counted", data: { n } });
const events = (count, from = 0) => Array.from({ length: count }, (_, i) => event(from + i));

async function read(client, stream, options = {}) {
  const found = [];
  for await (const resolved of client.readStream(stream, options)) found.push(resolved.event);
  return found;
}

const numbers = async (client, stream, options) => (await read(client, stream, options)).map((e) => e.data.n);

// The client appends by BatchAppend, and by Append where a call has credentials of its own.
const ways = [["BatchAppend", {}], ["Append", { credentials: admin }]];

function appendChecks([way, own]) {
  return {
    [`${way}: expected no stream`]: async (client) => {
      const stream = newStream();
      const first = await client.appendToStream(stream, event(0), { expectedRevision: NO_STREAM, ...own });
      assert.equal(first.success, true);
      assert.equal(first.nextExpectedRevision, 0n);
      assert.ok(first.position.commit > 0n);
      await assert.rejects(client.appendToStream(stream, event(1), { expectedRevision: NO_STREAM, ...own }), WrongExpectedVersionError);
      assert.deepEqual(await numbers(client, stream), [0]);
    },
    [`${way}: expected any`]: async (client) => {
      const stream = newStream();
      await client.appendToStream(stream, event(0), { expectedRevision: ANY, ...own });
      const second = await client.appendToStream(stream, events(2, 1), { expectedRevision: ANY, ...own });
      assert.equal(second.nextExpectedRevision, 2n);
      assert.deepEqual(await numbers(client, stream), [0, 1, 2]);
    },
    [`${way}: expected stream exists`]: async (client) => {
      const stream = newStream();
      await assert.rejects(client.appendToStream(stream, event(0), { expectedRevision: STREAM_EXISTS, ...own }), WrongExpectedVersionError);
      await client.appendToStream(stream, event(0), own);
      const second = await client.appendToStream(stream, event(1), { expectedRevision: STREAM_EXISTS, ...own });
      assert.equal(second.nextExpectedRevision, 1n);
    },
    [`${way}: expected revision`]: async (client) => {
      const stream = newStream();
      await client.appendToStream(stream, event(0), { expectedRevision: NO_STREAM, ...own });
      const second = await client.appendToStream(stream, event(1), { expectedRevision: 0n, ...own });
      assert.equal(second.nextExpectedRevision, 1n);
    },
    [`${way}: wrong version`]: async (client) => {
      const stream = newStream();
      await client.appendToStream(stream, events(3), own);
      const wrong = await client.appendToStream(stream, event(9), { expectedRevision: 7n, ...own }).then(() => assert.fail("it was appended"), (e) => e);
      assert.ok(wrong instanceof WrongExpectedVersionError, `${wrong}`);
      assert.equal(wrong.expectedVersion, 7n);
      assert.equal(wrong.actualVersion, 2n);
      assert.deepEqual(await numbers(client, stream), [0, 1, 2]);
    },
    [`${way}: idempotent retry at a revision`]: async (client) => {
      const stream = newStream();
      const batch = events(2);
      const first = await client.appendToStream(stream, batch, { expectedRevision: NO_STREAM, ...own });
      await client.appendToStream(stream, event(2), { expectedRevision: 1n, ...own });
      const retry = await client.appendToStream(stream, batch, { expectedRevision: NO_STREAM, ...own });
      assert.deepEqual(retry, first);
      assert.deepEqual(await numbers(client, stream), [0, 1, 2]);
    },
    [`${way}: idempotent retry with any`]: async (client) => {
      const stream = newStream();
      const batch = events(2);
      const first = await client.appendToStream(stream, batch, { expectedRevision: ANY, ...own });
      assert.deepEqual(await client.appendToStream(stream, batch, { expectedRevision: ANY, ...own }), first);
      assert.deepEqual(await numbers(client, stream), [0, 1]);
    },
    [`${way}: too much data`]: async (client) => {
      const large = jsonEvent({ type: "large", data: { text: "x".repeat(1_048_576) } });
      await assert.rejects(client.appendToStream(newStream(), large, own), MaxAppendSizeExceededError);
    },
    [`${way}: 1,000 events in batches`]: async (client) => {
      const stream = newStream();
      for (let at = 0; at < 1000; at += 100) {
        const expectedRevision = at === 0 ? NO_STREAM : BigInt(at - 1);
        await client.appendToStream(stream, events(100, at), { expectedRevision, ...own });
      }
      assert.deepEqual(await numbers(client, stream), Array.from({ length: 1000 }, (_, i) => i));
    },
  };
}

const readChecks = {
  "read forwards": async (client) => {
    const stream = newStream();
    const written = events(5);
    await client.appendToStream(stream, written);
    const found = await read(client, stream, { direction: FORWARDS, fromRevision: START });
    assert.deepEqual(found.map((e) => [e.id, e.revision, e.type, e.data.n]), written.map((e, i) => [e.id, BigInt(i), "counted", i]));
    assert.ok(found.every((e) => e.streamId === stream && e.isJson && Math.abs(e.created - Date.now()) < 60_000));
  },
  "read backwards": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, events(5));
    assert.deepEqual(await numbers(client, stream, { direction: BACKWARDS, fromRevision: END }), [4, 3, 2, 1, 0]);
    assert.deepEqual(await numbers(client, stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 }), [4]);
  },
  "read with limits": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, events(100));
    assert.deepEqual(await numbers(client, stream, { fromRevision: 40n, maxCount: 50 }), Array.from({ length: 50 }, (_, i) => 40 + i));
    assert.deepEqual(await numbers(client, stream, { direction: BACKWARDS, fromRevision: 2n, maxCount: 2 }), [2, 1]);
  },
  "read of a missing stream": async (client) => {
    await assert.rejects(read(client, newStream()), StreamNotFoundError);
  },
  "read of all": async (client) => {
    const stream = newStream();
    const written = events(3);
    const { position } = await client.appendToStream(stream, written);
    const last = [];
    for await (const { event: e } of client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 3 })) last.push(e.id);
    assert.deepEqual(last, written.map((e) => e.id).reverse());
    const from = [];
    for await (const { event: e } of client.readAll({ direction: FORWARDS, fromPosition: position, maxCount: 1 })) from.push(e.id);
    assert.deepEqual(from, [written[2].id]);
  },
};

const metadataChecks = {
  "metadata with $maxCount": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, events(5));
    await client.setStreamMetadata(stream, { maxCount: 2 });
    assert.deepEqual(await numbers(client, stream), [3, 4]);
    const { metadata } = await client.getStreamMetadata(stream);
    assert.equal(metadata.maxCount, 2);
    const [newest] = await read(client, `$$${stream}`, { direction: BACKWARDS, fromRevision: END, maxCount: 1 });
    assert.deepEqual([newest.type, newest.revision], ["$metadata", 0n]);
  },
  "metadata with $tb": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, events(5));
    await client.setStreamMetadata(stream, { truncateBefore: 3 }, { expectedRevision: NO_STREAM });
    assert.deepEqual(await numbers(client, stream), [3, 4]);
    await client.setStreamMetadata(stream, { truncateBefore: 4, owner: "x" }, { expectedRevision: 0n });
    assert.deepEqual(await numbers(client, stream), [4]);
    const { metadata } = await client.getStreamMetadata(stream);
    assert.deepEqual([metadata.truncateBefore, metadata.owner], [4, "x"]);
  },
};

const deleteChecks = {
  "soft delete": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    await client.deleteStream(stream, { expectedRevision: 2n });
    await assert.rejects(read(client, stream), StreamNotFoundError);
    await client.appendToStream(stream, event(3), { expectedRevision: NO_STREAM });
    assert.deepEqual((await read(client, stream)).map((e) => [e.revision, e.data.n]), [[3n, 3]]);
  },
  "delete with a wrong version": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, event(0));
    await assert.rejects(client.deleteStream(stream, { expectedRevision: 7n }), WrongExpectedVersionError);
  },
  "tombstone": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, event(0));
    await client.tombstoneStream(stream);
    await assert.rejects(read(client, stream), StreamDeletedError);
    await assert.rejects(client.appendToStream(stream, event(1)), StreamDeletedError);
  },
};

// Collects what a subscription shows until it has shown as much as is wanted.
function collect(subscription, wanted) {
  return new Promise((resolve, reject) => {
    const seen = [];
    const see = (what) => {
      seen.push(what);
      if (seen.length === wanted) subscription.unsubscribe().then(() => resolve(seen), reject);
    };
    subscription.on("data", ({ event: e }) => see(e.data.n)).on("caughtUp", () => see("caught up")).on("error", reject);
  });
}

const subscriptionChecks = {
  "subscription: history, caught up, live": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    const subscription = client.subscribeToStream(stream, { fromRevision: START });
    subscription.once("caughtUp", () => client.appendToStream(stream, events(2, 3)));
    assert.deepEqual(await collect(subscription, 6), [0, 1, 2, "caught up", 3, 4]);
  },
  "subscription after a revision": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, events(3));
    assert.deepEqual(await collect(client.subscribeToStream(stream, { fromRevision: 0n }), 3), [1, 2, "caught up"]);
  },
  "subscription to a missing stream": async (client) => {
    const stream = newStream();
    const subscription = client.subscribeToStream(stream);
    subscription.once("confirmation", () => client.appendToStream(stream, event(0)));
    assert.deepEqual(await collect(subscription, 2), [0, "caught up"]);
  },
  "subscription to a stream that is deleted": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, event(0));
    const subscription = client.subscribeToStream(stream);
    subscription.once("caughtUp", () => client.tombstoneStream(stream));
    subscription.resume();
    const error = await new Promise((resolve, reject) => subscription.once("error", resolve).once("end", () => reject(new Error("it ended without an error"))));
    assert.ok(error instanceof StreamDeletedError, `${error}`);
  },
};

const securedChecks = {
  "secured: a wrong password is refused": async (client) => {
    await assert.rejects(read(client, newStream(), { credentials: { username: "admin", password: "wrong" } }), (e) => !(e instanceof StreamNotFoundError));
  },
  "secured: what an access control list denies": async (client) => {
    const stream = newStream();
    await client.appendToStream(stream, event(0));
    assert.deepEqual(await numbers(client, stream, { credentials: ops }), [0]);
    await client.setStreamMetadata(stream, { acl: { readRoles: ["$admins"], writeRoles: ["$admins"] } });
    await assert.rejects(read(client, stream, { credentials: ops }), AccessDeniedError);
    await assert.rejects(client.appendToStream(stream, event(1), { credentials: ops }), AccessDeniedError);
    assert.deepEqual(await numbers(client, stream), [0]);
  },
};

async function run(name, check, client) {
  const limit = new AbortController();
  const timeout = new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`no end within ${checkTimeout} ms`)), checkTimeout);
    limit.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  try {
    await Promise.race([check(client), timeout]);
    console.log(`ok ${name}`);
    return true;
  } catch (e) {
    console.log(`FAILED ${name}: ${String(e.message).replaceAll("\n", " ")}`);
    return false;
  } finally {
    limit.abort();
  }
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { secured: { type: "boolean" } } });
if (positionals.length !== 1) {
  console.error("usage: node conformance.mjs CONNECTION_STRING [--secured]");
  process.exit(64);
}

const client = EventStoreDBClient.connectionString(positionals[0]);
const checks = {
  ...appendChecks(ways[0]), ...appendChecks(ways[1]), ...readChecks, ...metadataChecks, ...deleteChecks, ...subscriptionChecks,
  ...(values.secured ? securedChecks : {}),
};
let failures = 0;
for (const [name, check] of Object.entries(checks)) failures += (await run(name, check, client)) ? 0 : 1;
await client.dispose();
process.exit(failures === 0 ? 0 : 1);
