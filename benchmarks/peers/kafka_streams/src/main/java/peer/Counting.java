package peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Counts cells with Kafka Streams, exactly once: a store knows the keys that were seen, and the counts go to a topic of
 * their own. From there {@link Sink} brings them into PostgreSQL, as a JDBC sink connector in upsert mode does.
 */
public final class Counting {
    private static final String SEEN = "seen";
    private static final int PARTITIONS = 8;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Counting() {}

    /** Arguments: brokers, database, name of the application, events in a batch, folder for the state. */
    public static void main(String[] arguments) throws Exception {
        String brokers = arguments[0];
        String application = arguments[2];
        String counts = application + "-counts";
        create(brokers, counts);
        KafkaStreams streams = new KafkaStreams(topology(counts).build(), settings(brokers, application, arguments[4]));
        streams.start();
        new Sink(brokers, arguments[1], counts, Integer.parseInt(arguments[3])).run();
    }

    private static StreamsBuilder topology(String counts) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(SEEN), Serdes.String(), Serdes.ByteArray()));
        builder.stream("soundings.responses.v1", Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .flatMapValues(Counting::parsed)
                .processValues(Deduplication::new, SEEN)
                .flatMap((key, event) -> cells(event))
                .groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()))
                .count()
                .toStream()
                .to(counts, Produced.with(Serdes.String(), Serdes.Long()));
        return builder;
    }

    private static Properties settings(String brokers, String application, String folder) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, folder);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, Runtime.getRuntime().availableProcessors());
        settings.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        return settings;
    }

    private static void create(String brokers, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
            NewTopic wanted = new NewTopic(topic, PARTITIONS, (short) 1).configs(Map.of("cleanup.policy", "compact"));
            admin.createTopics(List.of(wanted)).all().get();
        } catch (ExecutionException error) {
            if (!(error.getCause() instanceof TopicExistsException)) {
                throw error;
            }
        }
    }

    /** The response, or nothing where the value is no JSON. */
    private static List<JsonNode> parsed(byte[] value) {
        try {
            return List.of(JSON.readTree(value));
        } catch (IOException error) {
            return List.of();
        }
    }

    private static List<KeyValue<String, byte[]>> cells(JsonNode event) {
        String place = event.get("occurred_at").textValue().substring(0, 10)
                + "|" + event.get("service_id").textValue() + "|" + event.get("channel").textValue() + "|";
        List<KeyValue<String, byte[]>> cells = new ArrayList<>();
        for (JsonNode score : event.get("scores")) {
            String cell = place + score.get("measure").textValue() + "|" + score.get("value").asText();
            cells.add(KeyValue.pair(cell, new byte[0]));
        }
        return cells;
    }

    /** Lets each key through once. */
    private static final class Deduplication implements FixedKeyProcessor<String, JsonNode, JsonNode> {
        private FixedKeyProcessorContext<String, JsonNode> context;
        private KeyValueStore<String, byte[]> seen;

        @Override
        public void init(FixedKeyProcessorContext<String, JsonNode> given) {
            context = given;
            seen = given.getStateStore(SEEN);
        }

        @Override
        public void process(FixedKeyRecord<String, JsonNode> event) {
            if (seen.putIfAbsent(event.key(), new byte[0]) == null) {
                context.forward(event);
            }
        }
    }
}
