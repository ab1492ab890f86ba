package peer;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Writes counts from their topic into a table, the newest of each cell, and commits what it has read afterwards. A count
 * replaces the one before, so that writing it twice does no harm.
 */
final class Sink {
    private static final String UPSERT = "INSERT INTO counted (day, service, channel, measure, bin, n) "
            + "SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[]) "
            + "ON CONFLICT (day, service, channel, measure, bin) DO UPDATE SET n = excluded.n";
    private static final int NAMES = 5;

    private final Map<String, Object> settings;
    private final String database;
    private final String topic;

    Sink(String brokers, String database, String topic, int batch) {
        this.settings = Map.of(
                "bootstrap.servers", brokers,
                "group.id", topic + "-sink",
                "auto.offset.reset", "earliest",
                "enable.auto.commit", false,
                "isolation.level", "read_committed",
                "max.poll.records", batch);
        this.database = database;
        this.topic = topic;
    }

    /** Until killed. */
    void run() throws SQLException {
        try (Connection connection = DriverManager.getConnection(database);
                KafkaConsumer<String, Long> consumer =
                        new KafkaConsumer<>(settings, new StringDeserializer(), new LongDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (true) {
                Map<String, Long> newest = new TreeMap<>();
                for (ConsumerRecord<String, Long> count : consumer.poll(Duration.ofMillis(200))) {
                    newest.put(count.key(), count.value());
                }
                if (!newest.isEmpty()) {
                    write(connection, newest);
                    consumer.commitSync();
                }
            }
        }
    }

    private static void write(Connection connection, Map<String, Long> newest) throws SQLException {
        String[][] names = new String[NAMES][newest.size()];
        Long[] counts = new Long[newest.size()];
        int row = 0;
        for (Map.Entry<String, Long> cell : newest.entrySet()) {
            String[] parts = cell.getKey().split("\\|");
            for (int name = 0; name < NAMES; name++) {
                names[name][row] = parts[name];
            }
            counts[row++] = cell.getValue();
        }
        try (PreparedStatement statement = connection.prepareStatement(UPSERT)) {
            for (int name = 0; name < NAMES; name++) {
                statement.setArray(name + 1, connection.createArrayOf("text", names[name]));
            }
            statement.setArray(NAMES + 1, connection.createArrayOf("bigint", counts));
            statement.executeUpdate();
        }
    }
}
