"""The members service: its features, one line each."""

from services.clients.events import EventsClient
from services.clients.liaison import LiaisonClient
from services.kit.delivery import Subscription
from services.kit.service import Service
from services.members.features.affiliations.routes import routes as affiliations
from services.members.features.consents.routes import routes as consents
from services.members.features.country_labels.routes import routes as country_labels
from services.members.features.custom_fields.routes import of_organisations as organisation_fields
from services.members.features.custom_fields.routes import of_persons as person_fields
from services.members.features.custom_fields.routes import of_sites as site_fields
from services.members.features.designations.routes import routes as designations
from services.members.features.documents.files import remove_files, sweep_files
from services.members.features.documents.routes import routes as documents
from services.members.features.documents.routes import version_routes as document_versions
from services.members.features.duplicates.following import follow_for_duplicates
from services.members.features.duplicates.routes import routes as duplicates
from services.members.features.duplicates.routes import scan_routes as duplicate_scans
from services.members.features.duplicates.scanning import scan_for_duplicates
from services.members.features.erasures.actions import erase_elsewhere
from services.members.features.erasures.routes import routes as erasures
from services.members.features.import_mappings.routes import routes as import_mappings
from services.members.features.imports.routes import routes as imports
from services.members.features.imports.samples import forget_samples
from services.members.features.imports.work import SWEEP as SWEEP_IMPORTS
from services.members.features.imports.work import WORK as WORK_ON_IMPORTS
from services.members.features.membership_types.routes import routes as membership_types
from services.members.features.memberships.routes import decision_routes as membership_decisions
from services.members.features.memberships.routes import routes as memberships
from services.members.features.memberships.routes import term_routes as membership_terms
from services.members.features.merges.routes import routes as merges
from services.members.features.merges.undoing import forget_merges
from services.members.features.notes.routes import routes as notes
from services.members.features.organisation_relations.routes import routes as organisation_relations
from services.members.features.organisations.routes import routes as organisations
from services.members.features.persons.routes import routes as persons
from services.members.features.purposes.queries import purpose_known
from services.members.features.purposes.routes import routes as purposes
from services.members.features.purposes.routes import text_routes as purpose_texts
from services.members.features.retention_rules.actions import apply_retention
from services.members.features.retention_rules.routes import routes as retention_rules
from services.members.features.segments.participants import ask_for_participants
from services.members.features.segments.routes import entry_routes as segment_entries
from services.members.features.segments.routes import routes as segments
from services.members.features.sites.routes import routes as sites
from services.members.features.standing.routes import routes as standing
from services.members.features.statistics.routes import routes as statistics
from services.members.features.subject_files.actions import expire_subject_files, make_subject_file
from services.members.features.subject_files.routes import of_person as subject_files_of_person
from services.members.features.subject_files.routes import routes as subject_files
from services.members.inbox import HANDLERS

SERVICE = Service(
    name="members",
    title="Members",
    description="Organisations, persons, and who is a member when.",
    package="services.members",
    features=[
        organisations,
        organisation_relations,
        organisation_fields,
        standing,
        duplicates,
        duplicate_scans,
        merges,
        persons,
        person_fields,
        affiliations,
        membership_types,
        memberships,
        membership_terms,
        membership_decisions,
        segments,
        segment_entries,
        statistics,
        notes,
        documents,
        document_versions,
        sites,
        site_fields,
        designations,
        imports,
        import_mappings,
        country_labels,
        purposes,
        purpose_texts,
        consents,
        erasures,
        subject_files,
        retention_rules,
        subject_files_of_person,
    ],
    tasks=[
        forget_merges,
        ask_for_participants,
        follow_for_duplicates,
        scan_for_duplicates,
        erase_elsewhere,
        make_subject_file,
        apply_retention,
        expire_subject_files,
        remove_files,
        sweep_files,
        WORK_ON_IMPORTS,
        SWEEP_IMPORTS,
        forget_samples,
    ],
    purpose_known=purpose_known,
    inbox=HANDLERS,
    peers={"events": EventsClient, "liaison": LiaisonClient},
    subscriptions=[
        Subscription(
            service, ("members.organisation.", "members.consent.", "members.person.merged", "members.person.unmerged")
        )
        for service in ("events", "liaison")
    ],
)
