/* A service of the C library's user database (nss(5)) that behaves as badly as it is told, and writes down what it is asked.
 *
 *   NSS_TROUBLE      a file: ok, notfound, unavail, noent (unavailable, as a daemon whose socket is gone), tryagain, block,
 *                    caseless (an account is found by any spelling of its name), reused (alice is gone, her uid is mallory's)
 *   NSS_TROUBLE_LOG  each question is appended to this file, one a line
 *
 * It knows alice, uid 1001, a member of sftp-feeds, and carol, uid 1003, who is none. */
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static int caseless, reused;

static enum nss_status mood(const char *question, int *error)
{
	char told[16] = "ok";
	const char *path = getenv("NSS_TROUBLE"), *log = getenv("NSS_TROUBLE_LOG");
	FILE *file = log ? fopen(log, "a") : NULL;

	if (file) {
		fprintf(file, "%s\n", question);
		fclose(file);
	}
	file = path ? fopen(path, "r") : NULL;
	if (file) {
		if (fscanf(file, "%15s", told) != 1)
			strcpy(told, "ok");
		fclose(file);
	}
	*error = ENOENT;
	caseless = !strcmp(told, "caseless");
	reused = !strcmp(told, "reused");
	if (!strcmp(told, "ok") || caseless || reused)
		return NSS_STATUS_SUCCESS;
	if (!strcmp(told, "notfound"))
		return NSS_STATUS_NOTFOUND;
	if (!strcmp(told, "noent"))
		return NSS_STATUS_UNAVAIL;
	*error = ECONNREFUSED;
	if (!strcmp(told, "unavail"))
		return NSS_STATUS_UNAVAIL;
	*error = EAGAIN;
	if (!strcmp(told, "block"))
		sleep(3600);
	return NSS_STATUS_TRYAGAIN;
}

static enum nss_status account(struct passwd *entry, char *name, uid_t uid, gid_t gid)
{
	memset(entry, 0, sizeof *entry);
	entry->pw_name = name;
	entry->pw_uid = uid;
	entry->pw_gid = gid;
	entry->pw_passwd = entry->pw_gecos = entry->pw_dir = entry->pw_shell = (char *)"";
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_trouble_getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size, int *error)
{
	enum nss_status status = mood(name, error);

	(void)buffer, (void)size;
	if (status != NSS_STATUS_SUCCESS)
		return status;
	if (reused && !strcmp(name, "mallory"))
		return account(entry, (char *)"mallory", 1001, 1001);
	if (!reused && !(caseless ? strcasecmp : strcmp)(name, "alice"))
		return account(entry, (char *)"alice", 1001, 5000);
	if (!(caseless ? strcasecmp : strcmp)(name, "carol"))
		return account(entry, (char *)"carol", 1003, 1003);
	return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_trouble_getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, int *error)
{
	enum nss_status status;

	if (uid != 1001)
		return _nss_trouble_getpwnam_r(uid == 1003 ? "carol" : "#", entry, buffer, size, error);
	status = mood("uid 1001", error);
	if (status != NSS_STATUS_SUCCESS)
		return status;
	return account(entry, (char *)(reused ? "mallory" : "alice"), 1001, reused ? 1001 : 5000);
}

enum nss_status _nss_trouble_getgrnam_r(const char *name, struct group *entry, char *buffer, size_t size, int *error)
{
	static char *members[] = { (char *)"alice", NULL };
	enum nss_status status = mood("a group", error);

	(void)buffer, (void)size;
	if (status != NSS_STATUS_SUCCESS)
		return status;
	if (strcmp(name, "sftp-feeds"))
		return NSS_STATUS_NOTFOUND;
	entry->gr_name = (char *)"sftp-feeds";
	entry->gr_passwd = (char *)"";
	entry->gr_gid = 5000;
	entry->gr_mem = reused ? members + 1 : members;
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_trouble_getgrgid_r(gid_t gid, struct group *entry, char *buffer, size_t size, int *error)
{
	return _nss_trouble_getgrnam_r(gid == 5000 ? "sftp-feeds" : "#", entry, buffer, size, error);
}
