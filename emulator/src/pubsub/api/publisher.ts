import type { Broker } from '../broker/broker.ts';
import { checkDrafts } from '../broker/draft.ts';
import { checkName, projectOf } from '../resources/names.ts';
import { changeTopic, makeTopic } from '../resources/topic.ts';
import type { PubsubMessage, Topic } from '../wire/messages.ts';
import { toCamelCase } from '../wire/proto-json.ts';
import { page } from './paging.ts';
import type { Methods } from './unary.ts';

interface TopicRequest {
  topic?: string;
}

interface ListRequest {
  project?: string;
  topic?: string;
  pageSize?: number;
  pageToken?: string;
}

/** google.pubsub.v1.Publisher. */
export function publisherMethods(broker: Broker): Methods {
  return {
    async CreateTopic(request) {
      const topic = makeTopic(request as Topic);
      await broker.createTopic(topic);
      return topic;
    },

    async UpdateTopic(request) {
      const { topic, updateMask } = request as { topic?: Topic; updateMask?: { paths?: string[] } };
      const name = checkName('topics', topic?.name);
      const mask = (updateMask?.paths ?? []).map(toCamelCase);
      const changed = changeTopic(broker.topic(name), topic ?? { name }, mask);
      await broker.changeTopic(changed);
      return changed;
    },

    GetTopic(request) {
      return Promise.resolve(broker.topic(checkName('topics', (request as TopicRequest).topic)));
    },

    ListTopics(request) {
      const list = request as ListRequest;
      const topics = broker.topicsOf(projectOf(list.project ?? ''));
      const { items, nextPageToken } = page(topics, ({ name }) => name, list);
      return Promise.resolve({ topics: items, nextPageToken });
    },

    ListTopicSubscriptions(request) {
      const list = request as ListRequest;
      const { name } = broker.topic(checkName('topics', list.topic));
      const names = broker.subscriptionsTo(name).map(({ resource }) => resource.name);
      const { items, nextPageToken } = page(names, (item) => item, list);
      return Promise.resolve({ subscriptions: items, nextPageToken });
    },

    async DeleteTopic(request) {
      await broker.deleteTopic(checkName('topics', (request as TopicRequest).topic));
      return {};
    },

    async DetachSubscription(request) {
      const name = checkName('subscriptions', (request as { subscription?: string }).subscription);
      await broker.detachSubscription(name);
      return {};
    },

    async Publish(request) {
      const { topic, messages } = request as TopicRequest & { messages?: PubsubMessage[] };
      const name = checkName('topics', topic);
      return { messageIds: await broker.publish(name, checkDrafts(messages ?? [])) };
    },
  };
}
