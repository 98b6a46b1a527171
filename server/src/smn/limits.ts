/** Dead letters that are read at once: each of them may be long. */
export const LETTERS_AT_ONCE = 100;
/** Characters of what a dead letter is about, in a list. */
export const MAX_SUMMARY = 120;
/** What a caller can ask of topics and messages, at most (`docs/reference/smn-api.md` 11; the rest is ours). */

export const MOST_TOPICS = 3000;
export const MOST_TOPIC_TAGS = 20;
export const MOST_TAG_KEY = 127;
export const MOST_TAG_VALUE = 255;
/** Keys with their values in an answer about all topics of a project. */
export const MOST_TAG_PAIRS = 10_000;
/** Looks at the tags of all topics of a project: one of the threads that read is for others. */
export const TAG_SHARES = { name: 'topic tags', atOnce: 1, each: 1, waiting: 20, retryAfter: 2 };
/** In a search by tags: keys, and values of each. */
export const MOST_SOUGHT_TAGS = 20;
export const MOST_SOUGHT_VALUES = 20;
export const MOST_DISPLAY_BYTES = 192;
export const MOST_INTRODUCTION_BYTES = 120;
export const MOST_POLICY_BYTES = 30 * 1024;

/** Of one topic, and of all topics of a project together. */
export const MOST_SUBSCRIPTIONS = 10_000;
export const MOST_PROJECT_SUBSCRIPTIONS = 50_000;
export const MOST_AT_ONCE = 50;
export const MOST_REMARK_BYTES = 128;
export const MOST_HEADERS = 10;
export const MOST_HEADER_CHARACTERS = 1024;
export const MOST_MAIL_ADDRESS = 254;
export const MOST_URL = 2048;
/** Ports of servers for mail, shells, names, files and directories: they do not get to hear HTTP. */
export const CLOSED_PORTS: readonly number[] = [
  ...[0, 19, 20, 21, 22, 23, 25, 53, 69, 79, 109, 110, 111, 113, 119, 135, 137, 139, 143, 161, 179, 389],
  ...[427, 445, 465, 512, 513, 514, 515, 587, 636, 873, 989, 990, 993, 995],
];

/** Filter policies of a subscription, values of each, subscriptions in one request; attributes of a message. */
export const MOST_FILTERS = 5;
export const MOST_FILTER_NAME = 32;
export const MOST_FILTER_VALUES = 10;
export const MOST_FILTER_VALUE = 32;
export const MOST_FILTERED_AT_ONCE = 100;
export const MOST_ATTRIBUTES = 10;
/** Of an attribute as it is sent: more than what is right, so that refusals can name the rule. */
export const MOST_ATTRIBUTE_TEXT = 255;

export const MOST_SUBJECT = 512;
export const MOST_MESSAGE_BYTES = 256 * 1024;
export const MOST_SMS = 1000;
/** Seconds that delivery is tried. */
export const MOST_LIVE_S = 604_800;

export const MOST_TEMPLATES = 100;
export const MOST_TEMPLATE_BYTES = 256 * 1024;
export const MOST_PLACES = 256;
export const MOST_TEMPLATE_TAGS = 90;
export const MOST_VALUE_BYTES = 1024;

/** Subscribers that are served at once, each with one message after the other; of one account. */
export const PLACES = 32;
export const PLACES_OF_ONE = 8;
/** Of those places, for subscribers that failed last time; of one account. */
export const FAILED_PLACES = 12;
export const FAILED_PLACES_OF_ONE = 2;
/** And for subscribers to whom nothing was sent before; of one account. */
export const UNTRIED_PLACES_OF_ONE = 4;
/** Beside them, one each for accounts that have none. */
export const FIRST_PLACES = 96;
/** Who keeps a request open for so long gives its place up, and is counted here; of one account. */
export const SLOW_MS = 1_000;
export const SLOW_PLACES = 128;
export const SLOW_PLACES_OF_ONE = 32;
/** Of those places, for who was slow last time: the others are for who turns out to be. */
export const KNOWN_SLOW_PLACES = 96;
export const KNOWN_SLOW_PLACES_OF_ONE = 24;
/** A subscriber that is served for so long goes behind the others of its account. */
export const TURN_MS = 2_000;
/** A receiver is connected, and has answered, within so long. */
export const CONNECT_MS = 4_000;
export const ANSWER_MS = 10_000;
/** Whatever the way: an attempt that has not ended by then has failed. */
export const ATTEMPT_MS = 60_000;

/** Endpoints that are tried at once; of one account, and how many of its own wait. Tasks that are remembered. */
export const DETECTION_SHARES = { name: 'detections', atOnce: 16, each: 4, waiting: 20, retryAfter: 10 };
export const MOST_DETECTIONS = 10_000;

/** Messages, and pieces of batches, that wait for all subscribers of one project together. */
export const MOST_PROJECT_WAITING = 1_000_000;
/** Dead letters of one project, as many as can have waited for one subscriber; beyond them the oldest go. */
export const MOST_PROJECT_DEAD = 500_000;
