# The archive, and what is checked of packages.

# Files, owners and times come from the commit, nothing from who makes it, and gzip is called here
# since git has changed its own: the same commit gives the same archive.
ARCHIVE := unbraid-$(VERSION)
dist:
	git -c tar.umask=022 -c core.autocrlf=false -c core.attributesFile=/dev/null archive --format=tar \
	  --prefix=$(ARCHIVE)/ -o $(ARCHIVE).tar HEAD
	GZIP= gzip -9nf $(ARCHIVE).tar

check-packages:
	packaging/deps.sh packages
	packaging/check.sh
