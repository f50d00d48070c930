/* service.h: which of an account's passwords is asked for. */
#ifndef PW_SERVICE_H
#define PW_SERVICE_H

enum { SERVICE_LEN = 32 };

/*
 * The service that the chain is for, from the environment: AUTHSERVICE, the
 * variable AUTHSERVICE and the number in TCPLOCALPORT, PROTOCOL, and last
 * what the port stands for.  NULL when nothing tells.
 */
const char *service_name(char buf[SERVICE_LEN]);

#endif
