/* disk.c - how much room is left: on the disk and among file descriptors. Warns once when either
 * runs low, and once when it is well again. */
#include "node/shell.h"

void disk_check(struct node *node)
{
    struct disk *disk = &node->disk;
    disk->check_ns = node->now_ns + DISK_CHECK_NS;
    if (node->ports.free_bytes(node->ports.self, &disk->free_bytes)) {
        bool is_low = disk->free_bytes < (uint64_t)node->group->disk_low_mb << 20;
        if (is_low != disk->is_low) {
            log_event(is_low ? LOG_WARN : LOG_INFO, is_low ? "disk-low" : "disk-low-over",
                      "path=%s free_mb=%llu limit_mb=%u", node->settings->data_path,
                      (unsigned long long)(disk->free_bytes >> 20), node->group->disk_low_mb);
        }
        disk->is_low = is_low;
    }
    bool descriptors_low = node->ports.is_short_of_descriptors(node->ports.self);
    if (descriptors_low != disk->descriptors_low) {
        log_event(descriptors_low ? LOG_WARN : LOG_INFO,
                  descriptors_low ? "descriptors-low" : "descriptors-low-over",
                  "action=\"raise LimitNOFILE; see who holds connections to both ports\"");
    }
    disk->descriptors_low = descriptors_low;
}
