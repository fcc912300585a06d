// Zoom's own library speaks with the pretend Zoom. Its addresses are built in, so every request of its HTTP client is
// turned to the loopback; its receiver listens there as well. It is told line by line what to do, and tells as JSON.
import http from "node:http";
import { createInterface } from "node:readline";
import axios from "axios";
import { MeetingsS2SAuthClient } from "@zoom/rivet/meetings";

setTimeout(() => process.exit(3), 120_000).unref();

const { zoom, host, webhookSecret, ...credentials } = JSON.parse(process.argv[2]);
const say = (told) => process.stdout.write(JSON.stringify(told) + "\n");

axios.interceptors.request.use((config) => {
  const { pathname, search } = new URL(axios.getUri(config));
  return { ...config, baseURL: undefined, url: zoom + pathname + search, params: undefined, proxy: false, timeout: 60_000 };
});
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function (port, ...more) {
  return listen.call(this, port, "127.0.0.1", ...more);
};

const client = new MeetingsS2SAuthClient({ ...credentials, webhooksSecretToken: webhookSecret, port: 0 });
const { webinars, reports } = client.endpoints;
const heard = [];
for (const name of ["webinar.registration_created", "webinar.participant_joined", "webinar.ended"]) {
  client.webEventConsumer.event(name, ({ event, payload }) => void heard.push({ event, object: payload.object }));
}
const anna = { email: "anna@example.org", first_name: "Anna", last_name: "Albers" };
const ben = { email: "ben@example.org", first_name: "Ben", last_name: "Brandt" };
const chiara = { email: "chiara@example.org", first_name: "Chiara", last_name: "Conti" };
let path;

const acts = {
  async prepare() {
    const made = await webinars.createWebinar({
      path: { userId: host },
      body: { topic: "Gute Nachbarschaft", type: 5, start_time: "2026-09-07T08:00:00Z", duration: 90, settings: { approval_type: 1 } },
    });
    path = { webinarId: made.data.id };
    const changed = await webinars.updateWebinar({ path, body: { topic: "Gute Nachbarn" } });
    const read = await webinars.getWebinar({ path: { webinarId: String(made.data.id) } });
    const listed = await webinars.listWebinars({ path: { userId: host }, query: { type: "scheduled", page_size: 300 } });
    return { statuses: [made.statusCode, changed.statusCode], tracked: Boolean(made.trackingId), id: made.data.id,
      topic: read.data.topic, listed: listed.data.webinars.map((webinar) => webinar.id) };
  },
  async register() {
    const added = await webinars.addWebinarRegistrant({ path, body: anna });
    const batch = await webinars.performBatchRegistration({ path: { webinarId: String(path.webinarId) }, body: { auto_approve: true, registrants: [ben, chiara] } });
    const registrants = [{ id: added.data.registrant_id, email: anna.email }];
    const approved = await webinars.updateRegistrantsStatus({ path, body: { action: "approve", registrants } });
    const denied = await webinars.updateRegistrantsStatus({ path, body: { action: "cancel", registrants: [{ id: batch.data.registrants[1].registrant_id }] } });
    const list = async (status) => (await webinars.listWebinarRegistrants({ path, query: { status } })).data.registrants.map((one) => one.first_name).sort();
    await webinars.addPanelists({ path, body: { panelists: [{ name: "Petra Podium", email: "petra@example.org" }] } });
    const panel = await webinars.listPanelists({ path });
    return { statuses: [added.statusCode, batch.statusCode, approved.statusCode, denied.statusCode],
      approved: await list("approved"), denied: await list("denied"), panel: panel.data.panelists.map((one) => one.name),
      ben: batch.data.registrants[0].registrant_id };
  },
  async report() {
    const told = await reports.getWebinarParticipantReports({ path: { webinarId: String(path.webinarId) }, query: { page_size: 300, include_fields: "registrant_id" } });
    const refused = await webinars.getWebinar({ path: { webinarId: "80000000000" } }).catch((error) => error.message);
    return { present: told.data.participants.map(({ name, duration }) => [name, duration]), refused, heard };
  },
};

const server = await client.start(0);
say({ receiver: server.address().port });
for await (const name of createInterface({ input: process.stdin })) say(await acts[name]());
process.exit(0);
