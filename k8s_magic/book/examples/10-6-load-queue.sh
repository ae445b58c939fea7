# Makes a queue called keygen and puts a hundred items into it.
queue=localhost:8080/memq/server/queues/keygen
curl -X PUT $queue
for number in {0..99}; do
  curl -X POST $queue/enqueue -d "work-item-$number"
done
