/* notify.h - tells the service manager how the process is doing (sd_notify(3)'s protocol: one
 * datagram to the socket that $NOTIFY_SOCKET names). */
#ifndef STRATEGOS_DAEMON_NOTIFY_H
#define STRATEGOS_DAEMON_NOTIFY_H

/* `state` is such as "READY=1". Does nothing where nobody asked; never blocks, never fails. */
void notify_send(const char *state);

#endif
