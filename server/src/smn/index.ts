export { contentOf, type Line, type Piece, packPiece, RecentPieces } from './batch.ts';
export { Certificates } from './certificates.ts';
export { OperatorLog } from './channels/operator-log.ts';
export { DirectSms, type SmsGateway } from './channels/sms.ts';
export { Detections } from './detections.ts';
export { isTelephone, PROTOCOLS } from './endpoints.ts';
export {
  attributesOf,
  FilterPolicies,
  FilterPolicy,
  MessageAttributes,
  readFilters,
} from './filters.ts';
export { FORMS, isSelfConfirming } from './forms.ts';
export {
  MOST_AT_ONCE,
  MOST_FILTERED_AT_ONCE,
  MOST_LIVE_S,
  MOST_MESSAGE_BYTES,
  MOST_PROJECT_WAITING,
  MOST_SMS,
  MOST_SOUGHT_TAGS,
  MOST_SOUGHT_VALUES,
  MOST_SUBJECT,
  MOST_TAG_KEY,
  MOST_TAG_VALUE,
} from './limits.ts';
export { DeliveryLog, type Whose } from './log.ts';
export { Losses } from './losses.ts';
export { Messages, type Published } from './messages.ts';
export { DeliveryNetwork } from './network.ts';
export { isLine, isText, LINE_RULE, TEXT_RULE } from './plain-text.ts';
export { deliveriesOf } from './queue.ts';
export { escapeHtml } from './render.ts';
export { type Mark, Roster } from './roster.ts';
export { Sender } from './sender.ts';
export {
  BATCH_PIECE,
  type Extension,
  readExtension,
  refuseUnknown,
  type Subscription,
  Subscriptions,
} from './subscriptions.ts';
export { TEMPLATE_PROTOCOLS, type Template, Templates } from './templates.ts';
export { type ListedTopic, type Topic, type TopicOwner, Topics } from './topics.ts';
export { parseUrn, TOPIC_NAME, topicUrn } from './urn.ts';
