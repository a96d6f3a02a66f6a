import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads Earshot's alerts from Kafka, the oldest first: {@code java -cp 'libs/*' examples/Alerts.java localhost:9092}. */
public final class Alerts {
  public static void main(String[] words) {
    String topic = words.length > 1 ? words[1] : "earshot.alerts";
    Map<String, Object> settings = Map.of(
        "bootstrap.servers", words[0],
        "group.id", "alerts-in-java",
        "auto.offset.reset", "earliest",
        "isolation.level", "read_committed"); // what is not committed did not happen
    StringDeserializer text = new StringDeserializer();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, text, text)) {
      consumer.subscribe(List.of(topic));
      while (true) {
        for (ConsumerRecord<String, String> alert : consumer.poll(Duration.ofSeconds(1))) {
          System.out.println(alert.key() + " " + alert.value());
        }
      }
    }
  }
}
