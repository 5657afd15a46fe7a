import { Storage, type File } from '@google-cloud/storage';
import { OAuth2Client } from 'google-auth-library';
import type { HealthcareSwitches } from '../../emulator/src/healthcare/switches.ts';
import type { WithoutToken } from '../../emulator/src/iam/iam.ts';
import type { Policy } from '../../emulator/src/iam/policy.ts';
import { DEVELOPER_TOKEN } from '../../emulator/src/http/tokens.ts';
import type { OutgoingMessage } from '../../emulator/src/stack/messages.ts';
import type { CommandReport } from '../../src/domain/command/command-report.ts';
import type { ObjectRef } from '../../src/domain/object-ref.ts';
import type { IngestReport, Report } from '../../src/domain/report.ts';
import type { EventRequest } from '../../src/functions/event.ts';
import { CLOCK_START_MS } from './fake-clock.ts';
import type { FunctionName, Guards } from './function-accounts.ts';
import { pullAll, send } from './pulled-messages.ts';
import { projectRights, type RightOptions } from './rights.ts';
import { startStandIns, type StandIns } from './stand-ins.ts';

const PROJECT = 'local';
const BUCKETS = ['inbox', 'quarantine', 'state', 'archive', 'records', 'exports'] as const;
const RESULTS = 'results';
const DATASET = `projects/${PROJECT}/locations/local/datasets/imaging`;
const DICOM_STORE = `${DATASET}/dicomStores/main`;
const AUTHORIZATION = { authorization: `Bearer ${DEVELOPER_TOKEN}` };

export type BucketName = (typeof BUCKETS)[number];

/** An object that has just been put into the inbox. */
export interface Arrival {
  readonly object: ObjectRef;
  /** The notification of it, as Pub/Sub pushes it. */
  readonly push: EventRequest;
}

/** What Pub/Sub tells of a command beside its content. */
export interface CommandSettings {
  /** The message's id. @default the next one */
  readonly id?: string | undefined;
  /** When it was published, in milliseconds since the epoch. @default when a fake clock starts */
  readonly publishedAtMs?: number;
  /** Which delivery it is. @default 1 */
  readonly attempts?: number;
}

/** How an object is put into a bucket. */
export interface PutSettings {
  readonly contentEncoding?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Google Cloud's stand-ins without any function: storage, Pub/Sub, the DICOM store and the metadata server.
 *
 * A test takes the notification of each object in its hand and gives it to the worker itself, so nothing is delivered
 * that it does not deliver.
 *
 * Rights are looked at: the functions' accounts have what a deployment gives them, and whoever shows no token has none. The
 * test itself shows the developer's, who may do everything.
 */
export class LocalProject {
  /** What ingest needs to work in this project; the others have accounts of their own, see {@link environmentOf}. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whose token is whose, and who may do what. */
  readonly guards: Guards;
  readonly #metadataHosts: Readonly<Record<FunctionName, string>>;
  readonly pubsubUrl: string;
  readonly #storage: Storage;
  readonly #healthcareUrl: string;
  readonly #notifications: OutgoingMessage[];
  readonly #close: () => Promise<void>;
  readonly #ingestReports: IngestReport[] = [];
  readonly #commandReports: CommandReport[] = [];
  #messages = 0;

  private constructor(services: StandIns, notifications: OutgoingMessage[]) {
    this.#storage = new Storage({
      apiEndpoint: services.storageUrl,
      projectId: PROJECT,
      // Without being told to, the client shows a stand-in no token.
      useAuthWithCustomEndpoint: true,
      authClient: new OAuth2Client({ credentials: { access_token: DEVELOPER_TOKEN } }),
    });
    this.#healthcareUrl = services.healthcareUrl;
    this.pubsubUrl = services.pubsubUrl;
    this.#notifications = notifications;
    this.#metadataHosts = services.metadataHosts;
    this.guards = services.guards;
    this.#close = () => services.close();
    this.environment = {
      PROJECT_ID: PROJECT,
      DICOM_STORE,
      INBOX_BUCKET: 'inbox',
      QUARANTINE_BUCKET: 'quarantine',
      STATE_BUCKET: 'state',
      RECORDS_BUCKET: 'records',
      RESULTS_TOPIC: RESULTS,
      STORAGE_EMULATOR_HOST: services.storageUrl,
      PUBSUB_EMULATOR_HOST: new URL(services.pubsubUrl).host,
      HEALTHCARE_ENDPOINT: services.healthcareUrl,
      GCE_METADATA_HOST: services.metadataHosts.ingest,
      METADATA_SERVER_DETECTION: 'assume-present',
    };
  }

  /**
   * @param policy what the functions' accounts may do. @default what a deployment gives them
   * @param withoutToken who sends requests without a token; the owner only where no function is tried. @default nobody
   */
  static async start(
    switches: Partial<HealthcareSwitches> = {},
    policy: Policy = projectRights(),
    withoutToken: WithoutToken = 'nobody',
  ): Promise<LocalProject> {
    const notifications: OutgoingMessage[] = [];
    const publish = (_topic: string, message: OutgoingMessage): Promise<void> => {
      notifications.push(message);
      return Promise.resolve();
    };
    const services = await startStandIns({ switches, policy, withoutToken, publish });
    const project = new LocalProject(services, notifications);
    await project.#provision();
    return project;
  }

  /** What a function needs that runs as its own account. */
  environmentOf(name: FunctionName): Readonly<Record<string, string>> {
    return { ...this.environment, FUNCTION_TARGET: name, GCE_METADATA_HOST: this.#metadataHosts[name] };
  }

  /** Gives the functions' accounts the rights that a deployment with such settings gives them, and no others. */
  grant(options: RightOptions = {}): void {
    this.guards.iam.replace(projectRights(options));
  }

  /** Puts an object into the inbox. */
  async drop(name: string, bytes: Buffer, settings: PutSettings = {}): Promise<Arrival> {
    const known = this.#notifications.length;
    const file = await this.put('inbox', name, bytes, settings);
    const notification = this.#notifications
      .slice(known)
      .find(({ attributes }) => attributes['objectId'] === name);
    if (notification === undefined) throw new Error('Storage has told nobody of the new object.');
    const object = { bucket: 'inbox', name, generation: String(file.metadata.generation) };
    return { object, push: this.#pushOf(notification) };
  }

  /** What storage has told of the inbox since the last time this was asked, as Pub/Sub pushes it. */
  takeNotifications(): EventRequest[] {
    return this.#notifications.splice(0).map((notification) => this.#pushOf(notification));
  }

  async put(
    bucket: BucketName,
    name: string,
    bytes: Buffer | string,
    settings: PutSettings = {},
  ): Promise<File> {
    const file = this.#storage.bucket(bucket).file(name);
    await file.save(bytes, { resumable: false, validation: false, metadata: { ...settings } });
    return file;
  }

  /** Removes an object, if it is there. */
  async remove(bucket: BucketName, name: string): Promise<void> {
    await this.#storage.bucket(bucket).file(name).delete({ ignoreNotFound: true });
  }

  /** The names in a bucket, sorted. */
  async names(bucket: BucketName, prefix = ''): Promise<string[]> {
    const [files] = await this.#storage.bucket(bucket).getFiles({ prefix });
    return files.map(({ name }) => name).sort();
  }

  /** The bytes of an object that says nothing of an encoding. */
  async read(bucket: BucketName, name: string): Promise<Buffer> {
    const url = `${this.#storage.apiEndpoint}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`;
    const answer = await fetch(url, { headers: AUTHORIZATION });
    if (answer.status !== 200) throw new Error(`${bucket}/${name} was answered ${answer.status}.`);
    return Buffer.from(await answer.arrayBuffer());
  }

  async metadataOf(bucket: BucketName, name: string): Promise<Record<string, unknown>> {
    const [{ metadata }] = await this.#storage.bucket(bucket).file(name).getMetadata();
    return { ...metadata };
  }

  /** What the bucket says of an object. */
  async resourceOf(bucket: BucketName, name: string): Promise<Record<string, unknown>> {
    const [resource] = await this.#storage.bucket(bucket).file(name).getMetadata();
    return { ...resource };
  }

  /** The bytes that the DICOM store holds under these UIDs, or undefined when it holds none. */
  async stored({ study, series, instance }: Triple): Promise<Buffer | undefined> {
    const path = `studies/${study}/series/${series}/instances/${instance}`;
    const answer = await fetch(`${this.#healthcareUrl}/v1/${DICOM_STORE}/dicomWeb/${path}`, {
      headers: { ...AUTHORIZATION, accept: 'application/dicom; transfer-syntax=*' },
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return answer.status === 404 ? undefined : bytes;
  }

  /** A command as Pub/Sub pushes it to the function that carries it out, without any topic: the test delivers it. */
  command(
    content: object,
    { id, publishedAtMs = CLOCK_START_MS, attempts = 1 }: CommandSettings = {},
  ): EventRequest {
    const message = { attributes: {}, data: Buffer.from(JSON.stringify(content)) };
    return this.#pushOf(message, { id, publishedAtMs, attempts });
  }

  /** The reports of ingest published since the last time this was asked. */
  async takeReports(): Promise<IngestReport[]> {
    await this.#pullReports();
    return this.#ingestReports.splice(0);
  }

  /** The reports on commands published since the last time this was asked. */
  async takeCommandReports(): Promise<CommandReport[]> {
    await this.#pullReports();
    return this.#commandReports.splice(0);
  }

  async #pullReports(): Promise<void> {
    for (const { content } of await pullAll(
      `${this.pubsubUrl}/v1/projects/${PROJECT}/subscriptions/${RESULTS}`,
    )) {
      const report = content as Report;
      if (report.kind === 'ingest') this.#ingestReports.push(report);
      else this.#commandReports.push(report);
    }
  }

  close(): Promise<void> {
    return this.#close();
  }

  async #provision(): Promise<void> {
    for (const name of BUCKETS) await this.#storage.createBucket(name);
    const topic = `projects/${PROJECT}/topics/inbox-objects`;
    await this.#storage
      .bucket('inbox')
      .createNotification(topic, { eventTypes: ['OBJECT_FINALIZE'], payloadFormat: 'JSON_API_V1' });
    const pubsub = `${this.pubsubUrl}/v1/projects/${PROJECT}`;
    await send('PUT', `${pubsub}/topics/${RESULTS}`, {});
    await send('PUT', `${pubsub}/subscriptions/${RESULTS}`, {
      topic: `projects/${PROJECT}/topics/${RESULTS}`,
    });
    const datasets = `${this.#healthcareUrl}/v1/projects/${PROJECT}/locations/local/datasets`;
    await send('POST', `${datasets}?datasetId=imaging`, {});
    await send('POST', `${datasets}/imaging/dicomStores?dicomStoreId=main`, {});
  }

  #pushOf(
    { attributes, data }: OutgoingMessage,
    { id, publishedAtMs, attempts = 1 }: CommandSettings = {},
  ): EventRequest {
    this.#messages += 1;
    const messageId = id ?? String(this.#messages);
    const publishTime =
      publishedAtMs === undefined ? {} : { publishTime: new Date(publishedAtMs).toISOString() };
    return {
      headers: { 'content-type': 'application/json' },
      body: {
        message: {
          attributes,
          data: data.toString('base64'),
          messageId,
          message_id: messageId,
          ...publishTime,
        },
        subscription: `projects/${PROJECT}/subscriptions/push`,
        deliveryAttempt: attempts,
      },
    };
  }
}

export interface Triple {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}
