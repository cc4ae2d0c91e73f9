// The TypeScript client's steps; see sdk.py, which starts it with settings as JSON.
import assert from "node:assert/strict";

const { SDK, URL: baseUrl, HANDLE: handle, KEY, USER } = JSON.parse(process.argv[2]);
const { ApiKeyAuth, AuthenticationError, GenieClient } = await import(SDK);
const client = new GenieClient({ baseUrl, auth: new ApiKeyAuth(KEY, USER) });
const begin = async () => (await client.createConversation(handle)).conversation_id;
let conversation;

async function until(check) {
  for (let tries = 0; tries < 400; tries++) {
    const found = await check();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("it did not happen in time");
}

const steps = {
  async list_and_pages() {
    const first = await client.listConversations(handle, { limit: 2 });
    const second = await client.listConversations(handle, { limit: 2, cursor: first.cursor });
    const ids = [...first.items, ...second.items].map((item) => item.conversation_id);
    assert.equal(new Set(ids).size, 4);
  },
  async create_and_get() {
    conversation = await begin();
    assert.equal((await client.getConversation(handle, conversation)).state, "idle");
  },
  async send_and_history() {
    assert.ok((await client.sendMessage(handle, conversation, "What can you do?")).genie_run_id);
    await until(async () => (await client.listMessages(handle, conversation)).totalCount === 2);
  },
  async stream() {
    const kinds = [];
    for await (const event of client.streamMessage(handle, conversation, "hi")) kinds.push(event.type);
    assert.equal(kinds.at(-1), "processing.finished");
  },
  async approve() {
    const id = await begin();
    let said = "";
    for await (const event of client.streamMessage(handle, id, "Order a laptop for our new colleague")) {
      if (event.type === "skill.confirmation_required") {
        await client.resolveSkillApproval(handle, id, event.data.call_id, "approved");
      }
      if (event.type === "agent.message") said += event.data.message;
    }
    assert.ok(said);
  },
  async runtime_link() {
    const { id, attempt } = await parked();
    const link = await client.getRuntimeConnectionLink(handle, attempt);
    const body = new URLSearchParams({ decision: "allow" });
    assert.equal((await fetch(link.auth_link.url, { method: "POST", body })).status, 200);
    assert.equal((await client.getRuntimeConnectionLink(handle, attempt)).status, "authorized");
    await until(async () => (await client.listMessages(handle, id)).totalCount >= 3);
  },
  async runtime_reject() {
    const { id, attempt } = await parked();
    await client.rejectRuntimeConnection(handle, attempt, "not here");
    await until(async () => (await client.listMessages(handle, id)).totalCount >= 3);
  },
  async upload() {
    const id = await begin();
    const fileId = await client.uploadFile(handle, id, new Blob(["one line\n"], { type: "text/plain" }));
    let said = "";
    for await (const event of client.streamMessage(handle, id, "Summarise the file", fileId)) {
      if (event.type === "agent.message") said += event.data.message;
    }
    assert.match(said, /line/);
  },
  async stored_events() {
    const page = await client.listEvents(handle, { conversationId: conversation });
    assert.ok(page.items.length > 2);
    const sinceCreatedAt = page.items.at(-1).created_at;
    assert.ok((await client.listEvents(handle, { sinceCreatedAt, limit: 1 })).items.length);
  },
  async errors() {
    const wrong = new GenieClient({ baseUrl, auth: new ApiKeyAuth("f".repeat(64), USER) });
    await assert.rejects(() => wrong.listConversations(handle), (error) => error instanceof AuthenticationError);
  },
};

async function parked() {
  const id = await begin();
  for await (const event of client.streamMessage(handle, id, "What is open for Acme in Salesforce?", undefined, 0)) {
    if (event.type === "runtime_connection.auth_required") {
      return { id, attempt: event.data.runtime_connection_attempt_id };
    }
  }
  return assert.fail("no connection was asked for");
}

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  let problem = "";
  try {
    await step();
  } catch (error) {
    problem = `${error}`.split("\n")[0];
    failed += 1;
  }
  console.log(`${problem ? "FAIL" : "PASS"}  typescript  ${name}  ${problem}`.trimEnd());
}
const all = Object.keys(steps).length;
console.log(`typescript: ${all - failed} of ${all}`);
process.exit(failed ? 1 : 0);
